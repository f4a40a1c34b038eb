public import MLTBase

/// What a walk over a folder leaves out, what it needn't read, and whom it tells of its progress.
///
/// All but ``isCancelled`` are called on the thread that asked for the walk.
public struct FolderOptions {
  /// How the paths begin that the functions are called with: a path relative to the folder comes behind it, after a
  /// slash unless it is empty.
  public var prefix: [UInt8]
  /// Whether to leave out what has that path; a folder with all below.
  public var isIgnored: (_ path: [UInt8], _ isFolder: Bool) -> Bool
  /// The content of a file of that status where it is known from before; such a file isn't read.
  public var known: (_ path: [UInt8], _ status: FileStatus) -> ContentID?
  /// Takes note of what a file held that was read, unless it changed meanwhile.
  public var learned: (_ path: [UInt8], _ status: FileStatus, _ content: ContentID) -> Void
  /// Told of the progress about every 50 milliseconds, and at the end; nil for nobody.
  public var progress: (@Sendable (IngestProgress) -> Void)?
  /// Asked, often and by several threads, whether to stop; nil for never.
  public var isCancelled: (@Sendable () -> Bool)?

  /// Takes the functions; by default nothing is ignored, known or noted, and nobody told or asked.
  public init(
    prefix: [UInt8] = [], isIgnored: @escaping (_ path: [UInt8], _ isFolder: Bool) -> Bool = { _, _ in false },
    known: @escaping (_ path: [UInt8], _ status: FileStatus) -> ContentID? = { _, _ in nil },
    learned: @escaping (_ path: [UInt8], _ status: FileStatus, _ content: ContentID) -> Void = { _, _, _ in },
    progress: (@Sendable (IngestProgress) -> Void)? = nil,
    isCancelled: (@Sendable () -> Bool)? = nil
  ) {
    self.prefix = prefix
    self.isIgnored = isIgnored
    self.known = known
    self.learned = learned
    self.progress = progress
    self.isCancelled = isCancelled
  }
}

public import MLTBase
public import SystemPackage

/// What a walk over a folder leaves out, what it needn't read, and whom it tells of its progress.
///
/// All but ``isCancelled`` are called on the thread that asked for the walk.
public struct FolderOptions {
  /// Whether to leave out what has that path relative to the folder; a folder with all below.
  public var isIgnored: (_ relativePath: [UInt8], _ isFolder: Bool) -> Bool
  /// The content of a file of that status where it is known from before; such a file isn't read.
  public var known: (_ path: FilePath, _ status: FileStatus) -> ContentID?
  /// Takes note of what a file held that was read, unless it changed meanwhile.
  public var learned: (_ path: FilePath, _ status: FileStatus, _ content: ContentID) -> Void
  /// Told of the progress about every 50 milliseconds, and at the end; nil for nobody.
  public var progress: (@Sendable (IngestProgress) -> Void)?
  /// Asked, often and by several threads, whether to stop; nil for never.
  public var isCancelled: (@Sendable () -> Bool)?

  /// Takes the functions; by default nothing is ignored, known or noted, and nobody told or asked.
  public init(
    isIgnored: @escaping (_ relativePath: [UInt8], _ isFolder: Bool) -> Bool = { _, _ in false },
    known: @escaping (_ path: FilePath, _ status: FileStatus) -> ContentID? = { _, _ in nil },
    learned: @escaping (_ path: FilePath, _ status: FileStatus, _ content: ContentID) -> Void = { _, _, _ in },
    progress: (@Sendable (IngestProgress) -> Void)? = nil,
    isCancelled: (@Sendable () -> Bool)? = nil
  ) {
    self.isIgnored = isIgnored
    self.known = known
    self.learned = learned
    self.progress = progress
    self.isCancelled = isCancelled
  }
}

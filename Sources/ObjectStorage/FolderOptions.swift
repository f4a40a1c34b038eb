public import MLTBase
public import SystemPackage

/// What a walk over a folder leaves out, and what it needn't read.
public struct FolderOptions {
  /// Whether to leave out what has that path relative to the folder; a folder with all below.
  public var isIgnored: (_ relativePath: [UInt8], _ isFolder: Bool) -> Bool
  /// The content of a file of that status where it is known from before; such a file isn't read.
  public var known: (_ path: FilePath, _ status: FileStatus) -> ContentID?
  /// Takes note of what a file held that was read, unless it changed meanwhile.
  public var learned: (_ path: FilePath, _ status: FileStatus, _ content: ContentID) -> Void

  /// Takes the three functions; by default nothing is ignored, known or noted.
  public init(
    isIgnored: @escaping (_ relativePath: [UInt8], _ isFolder: Bool) -> Bool = { _, _ in false },
    known: @escaping (_ path: FilePath, _ status: FileStatus) -> ContentID? = { _, _ in nil },
    learned: @escaping (_ path: FilePath, _ status: FileStatus, _ content: ContentID) -> Void = { _, _, _ in }
  ) {
    self.isIgnored = isIgnored
    self.known = known
    self.learned = learned
  }
}

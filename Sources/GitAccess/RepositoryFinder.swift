internal import CLibgit2
internal import MLTBase
internal import SystemPackage

/// Finds a repository without opening it, to say what is wrong with one that libgit2 refuses.
struct RepositoryFinder {
  /// The folder that holds `.git`, or the bare repository itself.
  let root: FilePath
  private let gitFolder: FilePath

  /// The nearest repository from a folder upwards, by looks alone; nil if there is none.
  static func nearest(from start: FilePath) -> RepositoryFinder? {
    var folder = FileOperations.resolved(start) ?? start
    while true {
      let dotGit = folder.appending(".git")
      if let status = status(dotGit) {
        return RepositoryFinder(root: folder, gitFolder: status.kind == .regular ? target(of: dotGit) : dotGit)
      }
      if status(folder.appending("HEAD")) != nil, status(folder.appending("objects"))?.kind == .directory {
        return RepositoryFinder(root: folder, gitFolder: folder)
      }
      guard folder.removeLastComponent() else { return nil }
    }
  }

  /// The digest that names the repository's objects (`extensions.objectFormat`); nil if it isn't stated.
  var objectFormat: String? {
    var folder = gitFolder
    if let common = Self.line(gitFolder.appending("commondir")) { folder = gitFolder.pushing(common) }
    var configuration: OpaquePointer?
    let path = folder.appending("config")
    guard
      path.withPlatformString({ git_config_open_ondisk(&configuration, $0) }) >= 0, let configuration
    else { return nil }
    let owned = OwnedPointer(configuration, free: git_config_free)
    return OpenRepository.setting("extensions.objectformat", in: owned)
  }

  /// Where a `.git` file points to (gitrepository-layout(5)): `gitdir: ` and a path, relative to the file's folder.
  private static func target(of file: FilePath) -> FilePath {
    let prefix = Array("gitdir: ".utf8)
    guard let line = line(file), line.bytes.starts(with: prefix), let path = FilePath(bytes: line.bytes.dropFirst(8))
    else { return file }
    return file.removingLastComponent().pushing(path)
  }

  /// A file's first line; nil if it can't be read, which whoever opens the repository reports.
  private static func line(_ file: FilePath) -> FilePath? {
    guard let bytes = try? FileOperations.contents(of: file, limit: 64 << 10) else { return nil }
    return FilePath(bytes: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
  }

  private static func status(_ path: FilePath) -> FileStatus? {
    try? FileStatus(at: path, followingLinks: true)  // what can't be looked at isn't there for git either
  }
}

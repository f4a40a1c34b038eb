internal import CLibgit2
internal import MLTBase
internal import SystemPackage

/// A repository's handle and what has been read of it; for one thread at a time.
struct OpenRepository: ~Copyable {
  let handle: OwnedPointer
  let isBare: Bool
  let workTree: FilePath?
  let mainWorkTree: FilePath?
  let gitFolder: FilePath
  let commonFolder: FilePath

  /// The index to read in place of the repository's own.
  var indexFile: FilePath?
  /// The index as it was read, HEAD's tree (nil also before the first commit), and the settings that say how files
  /// compare; read when first asked for.
  var index: IndexSnapshot?
  var headTree: OwnedPointer?
  var hasReadHead = false
  var settings: ComparisonSettings?
  var ignoreMatcher: IgnoreMatcher?

  /// Opens the repository at a folder, or the nearest one upwards; nil if there is none.
  static func open(_ folder: FilePath, searchingUpwards: Bool) throws(GitError) -> OpenRepository? {
    try GitLibrary.start()
    var flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue
    if searchingUpwards { flags = 0 }
    var pointer: OpaquePointer?
    git_error_clear()
    let code = GitLibrary.withCString(folder.bytes) { git_repository_open_ext(&pointer, $0, flags, nil) }
    if code == GitLibrary.notFound, !isOwnershipUnsettled { return nil }
    guard code >= 0, let pointer else { throw openingFailure(folder, code) }
    return try OpenRepository(OwnedPointer(pointer, free: git_repository_free))
  }

  private init(_ handle: consuming OwnedPointer) throws(GitError) {
    let pointer = handle.pointer
    let gitFolder = Self.folder(git_repository_path(pointer)) ?? FilePath()
    let commonFolder = Self.folder(git_repository_commondir(pointer)) ?? gitFolder
    let workTree = Self.folder(git_repository_workdir(pointer))
    isBare = git_repository_is_bare(pointer) == 1
    self.gitFolder = gitFolder
    self.commonFolder = commonFolder
    self.workTree = workTree
    mainWorkTree =
      git_repository_is_worktree(pointer) == 1 ? try Self.workTree(ofMainRepository: commonFolder) : workTree
    self.handle = handle
  }

  /// The settings in the repository's folder, not its place, say where the main work tree is, so it is opened for it.
  private static func workTree(ofMainRepository commonFolder: FilePath) throws(GitError) -> FilePath? {
    let main = try OwnedPointer.making("open repository", commonFolder, free: git_repository_free) { repository in
      GitLibrary.withCString(commonFolder.bytes) { git_repository_open(&repository, $0) }
    }
    return folder(git_repository_workdir(main.pointer))
  }

  private static func folder(_ name: UnsafePointer<CChar>?) -> FilePath? {
    guard let name else { return nil }
    let path = FilePath(platformString: name)  // drops libgit2's trailing slash
    return FileOperations.resolved(path) ?? path
  }

  /// Whether "not found" means that another user's repository was found, and no setting that would trust it.
  ///
  /// libgit2 1.5.1 reports the missing `safe.directory` in place of the owner; later ones say who the owner isn't.
  private static var isOwnershipUnsettled: Bool {
    GitLibrary.failure("open repository", nil, GitLibrary.notFound).errorClass == Int(GIT_ERROR_CONFIG.rawValue)
  }

  /// Says why libgit2 refused a repository, where a caller can do something about it.
  private static func openingFailure(_ folder: FilePath, _ code: CInt) -> GitError {
    let failure = GitLibrary.failure("open repository", folder, code)
    let nearest = RepositoryFinder.nearest(from: folder)
    if code == GitLibrary.notOwned || code == GitLibrary.notFound { return .notOwned(nearest?.root ?? folder) }
    if let nearest, let format = nearest.objectFormat, format != "sha1" {
      return .unsupportedObjectFormat(format, repository: nearest.root)
    }
    return .failed(failure)
  }

  /// Forgets what was read.
  mutating func forget() {
    index = nil
    headTree = nil
    hasReadHead = false
    settings = nil
    ignoreMatcher = nil
  }

  /// The handle of the repository's configuration as it is now.
  func configuration() throws(GitError) -> OwnedPointer {
    let repository = handle.pointer
    return try OwnedPointer.making("read configuration", gitFolder, free: git_config_free) {
      git_repository_config_snapshot(&$0, repository)
    }
  }

  /// A setting of git's; nil if it isn't set.
  static func setting(_ name: String, in configuration: borrowing OwnedPointer) -> String? {
    var entry: UnsafeMutablePointer<git_config_entry>?
    guard git_config_get_entry(&entry, configuration.pointer, name) >= 0, let entry else { return nil }
    defer { git_config_entry_free(entry) }
    return entry.pointee.value.map { String(cString: $0) }
  }

  /// A setting of git's that is on or off; `fallback` if it isn't set or is neither.
  static func flag(_ name: String, in configuration: borrowing OwnedPointer, fallback: Bool) -> Bool {
    var value: CInt = 0
    return git_config_get_bool(&value, configuration.pointer, name) >= 0 ? value != 0 : fallback
  }
}

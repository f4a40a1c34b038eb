internal import MLTBase
internal import Synchronization
public import SystemPackage

/// A git repository, as seen from one of its work trees.
///
/// Paths are bytes from the work tree's root, with `/` between names and neither `./` nor `/` at the ends, as git holds
/// them. A path in any other form is simply not there.
///
/// ``head()``, ``remoteURL()``, ``identity()`` and ``hasChanges()`` look afresh each time. What is asked of single paths is
/// answered from the index and HEAD's tree as they were at the first such question, so that asking of thousands is
/// cheap; ``refresh()`` looks again. Calls from several threads are served one after another.
public final class GitRepository: Sendable {
  /// Whether the repository has no work tree.
  public let isBare: Bool
  /// The root of the work tree, with symbolic links resolved; nil in a bare repository.
  public let workTree: FilePath?
  /// The root of the main work tree: another than ``workTree`` only in a linked one (`git worktree add`).
  ///
  /// A submodule is a repository with a main work tree of its own. Nil if the main repository is bare.
  public let mainWorkTree: FilePath?
  /// The folder with this work tree's HEAD and index.
  public let gitFolder: FilePath
  /// The folder with what all linked work trees share: objects, references, configuration.
  public let commonFolder: FilePath

  let state: Mutex<OpenRepository>

  private init(_ opened: consuming sending OpenRepository) {
    isBare = opened.isBare
    workTree = opened.workTree
    mainWorkTree = opened.mainWorkTree
    gitFolder = opened.gitFolder
    commonFolder = opened.commonFolder
    state = Mutex(opened)
  }

  /// Finds the repository whose work tree holds `folder`, looking upwards as git does, within one file system.
  ///
  /// No environment variable is consulted: `GIT_DIR` doesn't count.
  ///
  /// - Returns: nil if neither the folder nor one above it belongs to a repository.
  /// - Throws: ``GitError/notOwned(_:)`` if the repository is another user's,
  ///   ``GitError/unsupportedObjectFormat(_:repository:)`` if it isn't one of SHA-1, ``GitError/failed(_:)`` if it is
  ///   damaged.
  public static func discover(from folder: FilePath) throws(GitError) -> GitRepository? {
    guard let opened = try OpenRepository.open(folder, searchingUpwards: true) else { return nil }
    return GitRepository(opened)
  }

  /// The file with this clone's own ignore rules, `info/exclude`; it need not exist.
  public var excludeFile: FilePath { commonFolder.appending("info").appending("exclude") }

  /// Forgets the index, HEAD's tree and the ignore files that were read.
  public func refresh() {
    state.withLock { $0.forget() }
  }

  /// Returns where HEAD stands.
  ///
  /// - Throws: ``GitError/failed(_:)`` if HEAD can't be read or understood.
  public func head() throws(GitError) -> GitHead {
    try state.withLock { state throws(GitError) in try state.head() }
  }

  /// Returns the URL of the current branch's remote, else of `origin`, else of the only remote; without credentials.
  ///
  /// - Throws: ``GitError/failed(_:)`` if HEAD or the configuration can't be read.
  public func remoteURL() throws(GitError) -> String? {
    try state.withLock { state throws(GitError) in try state.remoteURL() }.map { RemoteURL.withoutCredentials($0) }
  }

  /// Returns git's name for the user, as `Name <mail>`, from `user.name` and `user.email`; nil if neither is set.
  public func identity() -> String? {
    state.withLock { $0.identity() }
  }

  /// Returns everything that keeps a commit: branches, remote branches, tags and all other references, the HEAD of each
  /// work tree, and the entries of the stash.
  ///
  /// What leads to no commit, as a branch before its first or a tag of a tree, is left out.
  ///
  /// - Returns: What was found, sorted by the names' bytes; several may keep one commit.
  /// - Throws: ``GitError/noSuchCommit(_:)`` if a reference names an object that this repository doesn't hold,
  ///   ``GitError/failed(_:)`` if a reference or object can't be read, ``GitError/system(_:)`` if a HEAD can't be.
  public func references() throws(GitError) -> [GitReference] {
    try state.withLock { state throws(GitError) in try state.references() }
  }

  /// Returns, for each version that commits have of a file at the root, one commit that has it.
  ///
  /// - Parameters:
  ///   - name: The file's name.
  ///   - commits: The commits' 40 hexadecimal digits.
  ///   - withHistory: Whether the commits before them count, too.
  ///   - known: Commits that don't count in a history, with all before them; those that this repository doesn't hold are
  ///     passed over.
  /// - Throws: ``GitError/noSuchCommit(_:)`` for what is no commit's name, ``GitError/failed(_:)`` if an object can't be read.
  public func versions(
    of name: [UInt8], in commits: [String], withHistory: Bool, without known: [String] = []
  ) throws(GitError) -> [String] {
    try state.withLock { state throws(GitError) in
      try state.versions(of: name, in: commits, withHistory: withHistory, without: known)
    }
  }

  /// Returns the roots of all work trees of the repository that are there, the main one first.
  ///
  /// - Throws: ``GitError/system(_:)`` if the list of linked ones can't be read.
  public func workTrees() throws(GitError) -> [FilePath] {
    try state.withLock { state throws(GitError) in try state.workTrees() }
  }

  /// Returns whether a tracked file differs from HEAD, staged or not; untracked files don't count.
  ///
  /// Files whose status is as the index noted it aren't read. The first difference ends the search. A submodule differs
  /// if another commit is checked out in it, or if one of its own tracked files differs. In a bare repository
  /// nothing differs.
  ///
  /// - Parameter isIgnored: tells paths that don't count; asked only for those that differ.
  /// - Throws: ``GitError/failed(_:)`` if the index, HEAD's tree or the configuration can't be read,
  ///   ``GitError/system(_:)`` if a tracked file can't be looked at.
  public func hasChanges(
    ignoring isIgnored: @Sendable (_ path: [UInt8]) -> Bool = { _ in false }
  ) throws(GitError) -> Bool {
    try state.withLock { state throws(GitError) in
      state.forget()
      return try state.hasChanges(ignoring: isIgnored)
    }
  }

  /// Returns whether the index has the path, as file, link or submodule.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the index can't be read.
  public func isTracked(_ path: [UInt8]) throws(GitError) -> Bool {
    try state.withLock { state throws(GitError) in try state.isTracked(path) }
  }

  /// Returns whether the index has a path below the folder; of the work tree's root if the folder is empty.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the index can't be read.
  public func hasTracked(below folder: [UInt8]) throws(GitError) -> Bool {
    try state.withLock { state throws(GitError) in try state.hasTracked(below: folder) }
  }

  /// Returns the paths that the index has below the folder, sorted by their bytes; all if the folder is empty.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the index can't be read.
  public func trackedPaths(below folder: [UInt8]) throws(GitError) -> [[UInt8]] {
    try state.withLock { state throws(GitError) in try state.trackedPaths(below: folder) }
  }

  /// Returns the file that HEAD has at the path; nil if it has none there, or a folder or submodule.
  ///
  /// - Throws: ``GitError/failed(_:)`` if HEAD's tree or the blob can't be read.
  public func headBlob(at path: [UInt8]) throws(GitError) -> GitBlob? {
    try state.withLock { state throws(GitError) in try state.headBlob(at: path) }
  }

  /// Returns the bytes that a commit has at the path, of a link its target; nil if it has no file there.
  ///
  /// - Parameters:
  ///   - path: The path from the commit's root.
  ///   - commit: The commit's 40 hexadecimal digits.
  ///   - limit: The most bytes to take.
  /// - Throws: ``GitError/noSuchCommit(_:)`` if this repository doesn't hold the commit,
  ///   ``GitError/blobTooLarge(path:size:limit:)`` if there are more bytes than the limit, ``GitError/failed(_:)`` if an
  ///   object can't be read.
  public func blob(at path: [UInt8], commit: String, limit: Int = .max) throws(GitError) -> [UInt8]? {
    try state.withLock { state throws(GitError) in try state.blob(at: path, commit: commit, limit: limit) }
  }

  /// Returns the commit that a revision names, as `git rev-parse` understands it: a branch, a tag, `HEAD~3`, an id.
  ///
  /// - Returns: The commit's 40 hexadecimal digits; nil if the revision names none.
  /// - Throws: ``GitError/ambiguousRevision(_:)`` if an abbreviated id fits several objects.
  public func commit(of revision: String) throws(GitError) -> String? {
    try state.withLock { state throws(GitError) in try state.commit(of: revision) }
  }

  /// Makes a repository of its own in an empty folder, with a commit's files in its work tree and HEAD at that commit.
  ///
  /// It borrows this repository's objects, in which nothing is written. Submodules stay empty folders, and filters that are
  /// programs, as that of git-lfs, aren't run.
  ///
  /// - Throws: ``GitError/noSuchCommit(_:)`` if this repository doesn't hold the commit, ``GitError/failed(_:)`` and
  ///   ``GitError/system(_:)`` if something can't be read or written.
  public func layOut(commit: String, in folder: FilePath) throws(GitError) {
    try state.withLock { state throws(GitError) in try state.layOut(commit: commit, in: folder) }
  }

  /// Whether a commit is another one, or has it among those before it; false also if this repository lacks either.
  public func isCommit(_ commit: String, atOrAfter ancestor: String) -> Bool {
    state.withLock { $0.isCommit(commit, atOrAfter: ancestor) }
  }

  /// Returns the paths of the files that a commit has otherwise than its first parent; those that it removed left out.
  ///
  /// - Throws: ``GitError/noSuchCommit(_:)`` if this repository doesn't hold the commit, ``GitError/failed(_:)`` if a tree
  ///   can't be read.
  public func pathsChanged(by commit: String) throws(GitError) -> [[UInt8]] {
    try state.withLock { state throws(GitError) in try state.pathsChanged(by: commit) }
  }

  /// Returns the files and links that a commit has below a folder, by their paths from it; nil if it has no such folder.
  ///
  /// An empty path stands for the commit's root.
  ///
  /// What belongs to submodules isn't among them.
  /// - Throws: ``GitError/noSuchCommit(_:)`` if this repository doesn't hold the commit, ``GitError/failed(_:)`` if a tree
  ///   can't be read.
  public func files(below folder: [UInt8], commit: String) throws(GitError) -> [CommitFile]? {
    try state.withLock { state throws(GitError) in try state.files(below: folder, commit: commit) }
  }

  /// Whether this repository holds a commit.
  public func holds(commit: String) -> Bool {
    state.withLock { $0.holds(commit: commit) }
  }

  /// Returns who wrote a commit and how its message begins; nil if this repository doesn't hold it.
  ///
  /// - Parameter commit: The commit's 40 hexadecimal digits.
  public func note(of commit: String) -> CommitNote? {
    state.withLock { $0.note(of: commit) }
  }

  /// Returns the names of branches, tags and remote branches, sorted.
  ///
  /// - Throws: ``GitError/failed(_:)`` if references can't be listed.
  public func revisionNames() throws(GitError) -> [String] {
    try state.withLock { state throws(GitError) in try state.revisionNames() }
  }

  /// Returns whether the file in the work tree holds what HEAD has at the path.
  ///
  /// Compares as git would commit the file: after its line ending filters, and by the pointer for files of git-lfs.
  /// Whether the file is executable doesn't count. The file isn't read if the index vouches for it.
  ///
  /// - Returns: False also if the file or its blob in HEAD is missing.
  /// - Throws: ``GitError/failed(_:)`` if git's data can't be read, ``GitError/system(_:)`` if the file can't be.
  public func matchesHead(_ path: [UInt8]) throws(GitError) -> Bool {
    try state.withLock { state throws(GitError) in try state.matchesHead(path) }
  }

  /// Returns whether the path is ignored by `.gitignore` files, `info/exclude` or `core.excludesFile`.
  ///
  /// Speaks of the rules alone: a path that is tracked all the same can be ignored by them.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the configuration can't be read, ``GitError/system(_:)`` if an ignore file can't
  ///   be.
  public func isIgnored(_ path: [UInt8], isFolder: Bool) throws(GitError) -> Bool {
    try state.withLock { state throws(GitError) in try state.isIgnored(path, isFolder: isFolder) }
  }
}

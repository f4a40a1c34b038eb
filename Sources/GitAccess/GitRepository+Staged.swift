public import MLTBase
internal import Synchronization
public import SystemPackage

extension GitRepository {
  /// Asks another index from now on than the repository's own: the one that git names to hooks (`GIT_INDEX_FILE`).
  ///
  /// - Parameter file: the index, absolute; nil for the repository's own.
  public func consultIndex(at file: FilePath?) {
    state.withLock { state in
      state.indexFile = file
      state.forget()
    }
  }

  /// Returns where the index differs from a commit, sorted as git does; renamed files count as removed and added.
  ///
  /// - Parameter commit: the commit's 40 hexadecimal digits; nil to compare with nothing, as before the first commit.
  /// - Throws: ``GitError/noSuchCommit(_:)``, ``GitError/failed(_:)`` if the index or a tree can't be read.
  public func stagedChanges(since commit: String?) throws(GitError) -> [StagedChange] {
    try state.withLock { state throws(GitError) in try state.stagedChanges(since: commit) }
  }

  /// Returns what the index has at a path that isn't in conflict; nil if it has nothing there, or a folder.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the index can't be read.
  public func stagedFile(at path: [UInt8]) throws(GitError) -> StagedFile? {
    try state.withLock { state throws(GitError) in try state.stagedFile(at: path) }
  }

  /// Returns the number of bytes that git holds of what the index has at a path; nil if that is no file or link.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the index or the object can't be read.
  public func stagedSize(at path: [UInt8]) throws(GitError) -> UInt64? {
    try state.withLock { state throws(GitError) in try state.stagedSize(at: path) }
  }

  /// Returns the bytes of what the index has at a path, as the work tree would have them; of a link its target.
  ///
  /// - Throws: ``GitError/blobTooLarge(path:size:limit:)``, ``GitError/failed(_:)`` if the index or the object can't be read.
  public func stagedBytes(at path: [UInt8], limit: Int = .max) throws(GitError) -> [UInt8]? {
    try state.withLock { state throws(GitError) in try state.stagedBytes(at: path, limit: limit, asInWorkTree: true) }
  }

  /// Returns the content that the work tree would have of what the index has at a path; nil if that is no file or link.
  ///
  /// Line endings are as git would write them, and of a file that git-lfs keeps it is the file's content, not the pointer's.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the index or the object can't be read.
  public func stagedContent(at path: [UInt8]) throws(GitError) -> ContentID? {
    try state.withLock { state throws(GitError) in try state.stagedContent(at: path) }
  }

  /// Returns what the repository is in the middle of; nil if it is in the middle of nothing.
  public func operation() -> GitOperation? {
    state.withLock { $0.operation() }
  }

  /// Returns whether a rebase or a series of patches goes on that has commits still to make.
  ///
  /// - Throws: ``GitError/system(_:)`` if git's list of steps can't be read.
  public func hasCommitsToRepeat() throws(GitError) -> Bool {
    try state.withLock { state throws(GitError) in try state.hasCommitsToRepeat() }
  }

  /// Returns the commits that HEAD is being merged with, by their 40 hexadecimal digits.
  ///
  /// - Throws: ``GitError/system(_:)`` if git's note of them can't be read.
  public func mergedCommits() throws(GitError) -> [String] {
    try state.withLock { state throws(GitError) in try state.mergedCommits() }
  }

  /// Returns where git looks for hooks: `core.hooksPath`, or the folder that all linked work trees share.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the configuration can't be read.
  public func hooksFolder() throws(GitError) -> HooksFolder {
    try state.withLock { state throws(GitError) in try state.hooksFolder() }
  }
}

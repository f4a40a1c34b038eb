public import MLTBase
public import SystemPackage

/// The reasons why git or a configuration file couldn't be asked.
public enum GitError: Error, Hashable, Sendable {
  /// The repository belongs to another user, and git's `safe.directory` doesn't name it.
  case notOwned(FilePath)
  /// The repository names its objects by another digest than SHA-1; the format is the one its configuration states.
  case unsupportedObjectFormat(String, repository: FilePath)
  /// The repository at hand holds no such commit.
  case noSuchCommit(String)
  /// An abbreviated id fits several objects of the repository.
  case ambiguousRevision(String)
  /// A blob is larger than the caller wants to hold in memory.
  case blobTooLarge(path: [UInt8], size: UInt64, limit: Int)
  /// The index is of a kind that can't be read: one that is split, or in which folders stand for what is in them.
  case unsupportedIndex(IndexKind, repository: FilePath)
  /// A configuration file can't be parsed; the line is nil where libgit2 doesn't tell it.
  case malformedConfiguration(FilePath, line: Int?, GitFailure)
  /// The text is no configuration key (`section.name`, `section.subsection.name`).
  case invalidKey(String)
  /// The value of a key isn't of the kind that was asked for, or can't be stored.
  case invalidValue(key: String, value: String, expected: ConfigurationValueKind)
  /// The key has several values in the file, so that setting it would lose some.
  case severalValues(key: String, file: FilePath)
  /// Another process is writing the file, or one that was killed left its lock file behind.
  case locked(FilePath)
  /// A file beside git's own couldn't be read or written.
  case system(SystemCallError)
  /// libgit2 failed in another way.
  case failed(GitFailure)
}

/// The kinds of index that only git itself can read.
public enum IndexKind: Hashable, Sendable {
  /// A part of it is in a file that several share (`core.splitIndex`).
  case split
  /// A folder that isn't checked out is one entry (`index.sparse`).
  case sparse
}

extension GitError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .notOwned(let path): "repository '\(path.text)' belongs to another user"
    case .unsupportedObjectFormat(let format, let path): "repository '\(path.text)' uses object format '\(format)'"
    case .noSuchCommit(let commit): "no such commit '\(commit)'"
    case .ambiguousRevision(let revision): "revision '\(revision)' is ambiguous"
    case .blobTooLarge(let path, let size, let limit):
      "'\(PathText.encode(path))' has \(size) bytes, more than the limit of \(limit)"
    case .unsupportedIndex(.split, let path): "repository '\(path.text)' has a split index, which can't be read"
    case .unsupportedIndex(.sparse, let path): "repository '\(path.text)' has a sparse index, which can't be read"
    case .malformedConfiguration(let path, let line, _):
      "cannot parse configuration file '\(path.text)'" + (line.map { " at line \($0)" } ?? "")
    case .invalidKey(let key): "invalid configuration key '\(key)'"
    case .invalidValue(let key, let value, let expected): "value '\(value)' of '\(key)' is not \(expected)"
    case .severalValues(let key, let file): "'\(key)' has several values in '\(file.text)'"
    case .locked(let path): "'\(path.text)' is locked"
    case .system(let error): error.description
    case .failed(let failure): failure.description
    }
  }
}

/// Runs `body`, turning the failure of a system call into a ``GitError``.
func systemCall<Result>(_ body: () throws(SystemCallError) -> Result) throws(GitError) -> Result {
  do {
    return try body()
  } catch {
    throw .system(error)
  }
}

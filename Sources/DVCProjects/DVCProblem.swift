internal import MLTBase
public import SystemPackage

/// Something in a DVC project that can't be taken over as it is.
public struct DVCProblem: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// The file or folder can't be read.
    case unreadable(Errno)
    /// The file is larger than any that DVC writes.
    case tooLarge
    /// The file isn't UTF-8 text.
    case notText
    /// The text isn't YAML, in the parser's words.
    case malformedYAML(String)
    /// Aliases in the text could make it grow without bounds.
    case aliases
    /// The file has more entries than are read.
    case tooManyEntries
    /// A field isn't what DVC writes there.
    case field(String, expected: String)
    /// An output has no hash: what it holds was never committed.
    case notCommitted(path: String)
    /// An output's hash isn't an MD5: a storage's own, of an external or version-aware output.
    case unsupportedHash(path: String)
    /// A hash isn't made of 32 hexadecimal digits.
    case malformedHash(String)
    /// `dvc.lock` has another schema than 2.0.
    case unsupportedSchema
    /// A stage works in a folder that a template names.
    case templatedFolder(stage: String)
    /// A path leads out of the project.
    case outside(path: String)
    /// A path belongs to git, mlt or DVC itself, or can't be a path.
    case unsafePath(String)
    /// An output lies in or around another one, or has the same path.
    case overlap(path: String, other: String)
    /// Another DVC project lies in this one.
    case nestedProject
    /// A folder's listing can't be understood.
    case malformedListing(String)
    /// A file of the cache holds other bytes than its name says.
    case damagedObject(FilePath)
    /// Git tracks an output that DVC is said to keep.
    case trackedByGit(path: String)
  }

  /// The file at fault, by its path's text from the project's root.
  public var file: String
  /// The line, from 1, where it is known.
  public var line: Int?
  /// What is wrong.
  public var reason: Reason

  /// Takes the facts.
  public init(file: String, line: Int? = nil, _ reason: Reason) {
    self.file = file
    self.line = line
    self.reason = reason
  }
}

extension DVCProblem: CustomStringConvertible {
  /// The file, the line and a lower-case phrase.
  public var description: String {
    "'\(file)'" + (line.map { ", line \($0)" } ?? "") + ": \(reason)"
  }
}

extension DVCProblem.Reason: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .unreadable(let errno): "cannot be read: \(errno)"
    case .tooLarge: "is too large"
    case .notText: "is not UTF-8 text"
    case .malformedYAML(let words): "is not YAML that can be read: \(words)"
    case .aliases: "uses YAML aliases in a way that isn't read"
    case .tooManyEntries: "has too many entries"
    case .field(let name, let expected): "field '\(name)' must be \(expected)"
    case .notCommitted(let path): "output '\(path)' has no hash; run 'dvc commit' first"
    case .unsupportedHash(let path): "output '\(path)' is not named by an MD5"
    case .malformedHash(let text): "'\(text)' is not an MD5 of 32 hexadecimal digits"
    case .unsupportedSchema: "schema is not 2.0; run 'dvc commit' with a newer DVC first"
    case .templatedFolder(let stage): "stage '\(stage)' has a template in its working folder, which isn't read"
    case .outside(let path): "path '\(path)' leads out of the project"
    case .unsafePath(let path): "path '\(path)' can't be tracked"
    case .overlap(let path, let other): "output '\(path)' overlaps output '\(other)'"
    case .nestedProject: "is a DVC project of its own; import it by itself"
    case .malformedListing(let words): "the listing of the folder can't be understood: \(words)"
    case .damagedObject(let path): "cache object '\(path.text)' is damaged: its bytes aren't what its name says"
    case .trackedByGit(let path): "output '\(path)' is tracked by git"
    }
  }
}

/// A path that the index has otherwise than a commit.
public struct StagedChange: Hashable, Sendable {
  /// The path.
  public var path: [UInt8]
  /// What the index has there; nil if the path is removed.
  public var staged: StagedFile?
  /// What the commit has there; nil if the path is new.
  public var committed: StagedFile?

  /// Whether the commit has something at the path.
  public var isInCommit: Bool { committed != nil }

  /// Takes the facts.
  public init(path: [UInt8], staged: StagedFile?, committed: StagedFile?) {
    self.path = path
    self.staged = staged
    self.committed = committed
  }
}

/// What the index or a commit has at a path.
public struct StagedFile: Hashable, Sendable {
  /// What kind of thing it is.
  public enum Kind: Hashable, Sendable {
    /// An ordinary file.
    case file
    /// A file that may be executed.
    case executable
    /// A symbolic link.
    case link
    /// A submodule, by its commit.
    case submodule
  }

  /// The kind.
  public var kind: Kind
  /// The object's name in git, in hexadecimal: a blob's, or a submodule's commit.
  public var id: String

  /// Takes the facts.
  public init(kind: Kind, id: String) {
    self.kind = kind
    self.id = id
  }
}

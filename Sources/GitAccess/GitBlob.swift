/// A file in a commit's tree.
public struct GitBlob: Hashable, Sendable {
  /// The blob's name in git, in hexadecimal.
  public var id: String
  /// The number of its bytes as git holds them, before any filter of the work tree.
  public var size: UInt64
  /// Whether the file is executable.
  public var isExecutable: Bool
  /// Whether the blob is the target of a symbolic link.
  public var isLink: Bool

  /// Takes the facts.
  public init(id: String, size: UInt64, isExecutable: Bool, isLink: Bool) {
    self.id = id
    self.size = size
    self.isExecutable = isExecutable
    self.isLink = isLink
  }
}

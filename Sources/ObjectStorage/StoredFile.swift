public import MLTBase

/// A file that was read through: what it holds, and whether that can be relied upon.
public struct StoredFile: Hashable, Sendable {
  /// The id of the bytes that were read.
  public var content: ContentID
  /// The number of bytes that were read.
  public var size: Int64
  /// Whether the file's owner may execute it.
  public var isExecutable: Bool
  /// Whether the file changed while it was read, and again when it was read a second time.
  ///
  /// The id then names the bytes that were read, which the file may never have held at any one moment.
  public var wasUnstable: Bool

  /// Takes the facts.
  public init(content: ContentID, size: Int64, isExecutable: Bool, wasUnstable: Bool) {
    self.content = content
    self.size = size
    self.isExecutable = isExecutable
    self.wasUnstable = wasUnstable
  }
}

public import MLTBase

/// One child of a folder.
public struct TreeEntry: Hashable, Sendable {
  /// What a child is.
  public enum Mode: UInt8, CaseIterable, Hashable, Sendable {
    /// A file.
    case file = 0x66
    /// A file that its owner may execute.
    case executable = 0x78
    /// A symbolic link; its content is the target's text.
    case link = 0x6C
    /// A folder; its content is a tree.
    case tree = 0x74
  }

  /// What the child is.
  public var mode: Mode
  /// The id of its bytes, of the link's target text, or of the folder's listing.
  public var content: ContentID
  /// The number of bytes; of a folder, of all files and links below.
  public var size: Int64
  /// The number of files and links below; 1 for a file or link.
  public var count: Int64
  /// The name's bytes.
  public var name: [UInt8]

  /// Takes the facts; ``Tree`` checks them.
  public init(mode: Mode, content: ContentID, size: Int64, count: Int64 = 1, name: [UInt8]) {
    self.mode = mode
    self.content = content
    self.size = size
    self.count = count
    self.name = name
  }

  /// The most bytes of a name, which is also Linux's (`NAME_MAX`).
  static let nameLimit = 255

  var hasLegalName: Bool {
    if name.isEmpty || name.count > Self.nameLimit { return false }
    if name == [0x2E] || name == [0x2E, 0x2E] { return false }
    return !name.contains { $0 == 0 || $0 == 0x2F }
  }

  /// Whether the name is one that git or this program keeps its data under, on a file system of any letter case.
  package static func isReserved(_ name: some Collection<UInt8>) -> Bool {
    guard name.count == 4 else { return false }
    let lowered = name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return lowered == Array(".git".utf8) || lowered == Array(".mlt".utf8)
  }
}

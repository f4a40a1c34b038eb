internal import MLTBase

/// What git holds in place of a file that git-lfs keeps elsewhere (version 1 of its pointer format).
struct LFSPointer: Hashable {
  /// The most bytes that a pointer may have.
  static let sizeLimit = 1024

  /// The name of the file's content.
  let content: ContentID
  /// The number of the file's bytes.
  let size: Int64

  /// Reads a pointer's lines of key and value; nil if the bytes aren't one.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.sizeLimit, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var (content, size): (ContentID?, Int64?) = (nil, nil)
    let lines = text.split(separator: "\n")
    guard lines.first?.hasPrefix("version ") == true else { return nil }
    for line in lines {
      let words = line.split(separator: " ", maxSplits: 1)
      guard words.count == 2 else { return nil }
      if words[0] == "oid", words[1].hasPrefix("sha256:") { content = ContentID(hex: words[1].dropFirst(7)) }
      if words[0] == "size" { size = Int64(words[1]) }
    }
    guard let content, let size, size >= 0 else { return nil }
    self.content = content
    self.size = size
  }
}

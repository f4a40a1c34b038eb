internal import MLTBase
internal import SystemPackage

/// The absolute path of a folder, looked for in texts.
struct WorkTreeName {
  private let name: [UInt8]

  init(_ folder: FilePath) {
    name = folder.bytes
  }

  /// Whether a text names the folder or something in it.
  func occurs(in text: String) -> Bool {
    // Everything would.
    if name == [UInt8(ascii: "/")] { return false }
    return Self.places(of: name, in: Array(text.utf8)).first != nil
  }

  /// Whether a path leads into the folder.
  func begins(_ path: [UInt8]) -> Bool {
    path.starts(with: name) && (path.count == name.count || path[name.count] == UInt8(ascii: "/"))
  }

  /// Returns the text with another folder in this one's place.
  func replaced(by other: FilePath, in text: [UInt8]) -> [UInt8] {
    if name == [UInt8(ascii: "/")] { return text }
    var result: [UInt8] = []
    var next = 0
    for place in Self.places(of: name, in: text) {
      result += text[next..<place] + other.bytes
      next = place + name.count
    }
    return result + text[next...]
  }

  /// Where a name stands by itself, not as the beginning or end of a longer path.
  private static func places(of name: [UInt8], in text: [UInt8]) -> [Int] {
    func isPartOfName(_ byte: UInt8) -> Bool {
      byte >= 0x80 || "-_.".utf8.contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    var found: [Int] = []
    var next = 0
    while next + name.count <= text.count {
      let end = next + name.count
      if text[next..<end].elementsEqual(name), end == text.count || !isPartOfName(text[end]),
        // `-I/folder` names it, `/other/folder` doesn't.
        text[..<next].last(where: { !isPartOfName($0) || $0 == UInt8(ascii: "-") }) != UInt8(ascii: "/")
      {
        found.append(next)
        next = end
      } else {
        next += 1
      }
    }
    return found
  }
}

internal import MLTBase

/// The packs that will be deleted together: a file of the remote's folder `retired`.
struct RetirementList {
  private static let header = "mlt retired 1"

  /// The packs, sorted.
  let packs: [ContentID]

  /// Takes the packs.
  init(_ packs: some Sequence<ContentID>) {
    self.packs = packs.sorted()
  }

  /// Reads a list; nil if it breaks a rule.
  init?(_ bytes: [UInt8]) {
    guard bytes.last == 0x0A, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 2, lines[0] == Self.header, let end = lines.last else { return nil }
    var packs: [ContentID] = []
    for line in lines[1..<(lines.count - 1)] {
      guard case .pack(let id)? = RemoteName(file: line, in: .packs, writer: nil) else { return nil }
      if let last = packs.last, last >= id { return nil }
      packs.append(id)
    }
    guard end == "end \(packs.count)" else { return nil }
    self.packs = packs
  }

  /// The file's bytes.
  var bytes: [UInt8] {
    let lines = packs.map { "\($0.hex).pack\n" }
    return Array((Self.header + "\n" + lines.joined() + "end \(packs.count)\n").utf8)
  }
}

internal import Journaling
internal import MLTBase
internal import ObjectStorage

/// Finds the columns of tables from their first line, where the store has them.
final class TableColumns {
  private struct Enough: Error {}

  private static let lineLimit = 1 << 16
  private static let knownLimit = 1000

  private let store: ObjectStore
  private var known: [ContentID: [String]?] = [:]

  init(_ store: ObjectStore) {
    self.store = store
  }

  /// Returns the columns of a CSV or TSV file; nil for anything else, or where its first line names none.
  func columns(of artifact: ArtifactRecord) throws -> [String]? {
    guard artifact.kind == .file, let content = artifact.content, artifact.size > 0,
      let separator = Self.separator(artifact.path)
    else { return nil }
    if let columns = known[content] { return columns }
    let columns = try firstLine(of: content).flatMap { Self.fields($0, separator) }
    if known.count > Self.knownLimit { known = [:] }
    known[content] = .some(columns)
    return columns
  }

  private static func separator(_ path: String) -> UInt8? {
    let name = path.lowercased()
    return name.hasSuffix(".csv") ? UInt8(ascii: ",") : name.hasSuffix(".tsv") ? UInt8(ascii: "\t") : nil
  }

  private func firstLine(of content: ContentID) throws -> [UInt8]? {
    guard try store.containsFile(content) else { return nil }
    var line: [UInt8] = []
    do {
      try store.readFile(content) { piece in
        let end = piece.firstIndex(of: UInt8(ascii: "\n"))
        line += piece.prefix(min(end ?? piece.count, Self.lineLimit + 1))
        if end != nil || line.count > Self.lineLimit { throw Enough() }
      }
    } catch is Enough {}
    return line.count > Self.lineLimit ? nil : line
  }

  /// Takes a line apart, as RFC 4180 has it.
  private static func fields(_ line: [UInt8], _ separator: UInt8) -> [String]? {
    let quote = UInt8(ascii: "\"")
    var rest = line[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    if rest.last == UInt8(ascii: "\r") { rest = rest.dropLast() }
    var fields: [String] = []
    while true {
      var field: [UInt8] = []
      if rest.first == quote {
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
          guard byte == quote else {
            field.append(byte)
            continue
          }
          guard rest.first == quote else { break }
          field.append(quote)
          rest = rest.dropFirst()
        }
      }
      let end = rest.firstIndex(of: separator)
      field += rest[..<(end ?? rest.endIndex)]
      guard let text = String(validating: field, as: UTF8.self), !text.utf8.contains(where: { $0 < 0x20 }) else {
        return nil
      }
      fields.append(text)
      guard let end else { return fields }
      rest = rest[(end + 1)...]
    }
  }
}

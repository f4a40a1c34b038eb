/// A text that may hold templates (`${…}`).
struct Template {
  /// One `${…}`.
  struct Match {
    /// The whole, in the text's UTF-8.
    var range: Range<Int>
    /// What stands between the braces.
    var inner: String
  }

  private let bytes: [UInt8]
  /// The templates in order.
  let matches: [Match]

  private static let open = Array("${".utf8)
  private static let escaped = Array("\\${".utf8)

  /// Finds the templates in a text: from `${`, unless a backslash precedes it, to the next `}` on the line.
  init(_ text: String) {
    // Most texts have none.
    guard text.utf8.contains(UInt8(ascii: "$")) else {
      bytes = Array(text.utf8)
      matches = []
      return
    }
    let bytes = Array(text.utf8)
    var matches: [Match] = []
    var index = 0
    while index + 1 < bytes.count {
      guard bytes[index] == UInt8(ascii: "$"), bytes[index + 1] == UInt8(ascii: "{"),
        index == 0 || bytes[index - 1] != UInt8(ascii: "\\")
      else {
        index += 1
        continue
      }
      let end = bytes[(index + 2)...].firstIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "\n") }
      guard let end else { break }
      if bytes[end] == UInt8(ascii: "}") {
        matches.append(
          Match(range: index..<(end + 1), inner: String(decoding: bytes[(index + 2)..<end], as: UTF8.self)))
      }
      // Without a brace none that begins before the line's end is one either.
      index = end + 1
    }
    self.bytes = bytes
    self.matches = matches
  }

  /// Whether the text stays as it is.
  var isPlain: Bool { matches.isEmpty && !bytes.contains(UInt8(ascii: "\\")) }

  /// The template's inner text, if the whole text is just one.
  var exact: String? {
    guard let match = matches.first, matches.count == 1, match.range == bytes.indices else { return nil }
    return match.inner
  }

  /// The text with each template replaced, and `\${` everywhere as `${`; nil if it grows beyond `limit` bytes.
  func replacing<Failure>(
    limit: Int, _ replacement: (Match) throws(Failure) -> String
  ) throws(Failure) -> String? {
    var result: [UInt8] = []
    var index = 0
    for match in matches {
      result += bytes[index..<match.range.lowerBound]
      result += try replacement(match).utf8
      index = match.range.upperBound
      guard result.count <= limit else { return nil }
    }
    result += bytes[index...]
    guard result.count <= limit else { return nil }
    return String(decoding: Self.unescape(result), as: UTF8.self)
  }

  private static func unescape(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(UInt8(ascii: "\\")) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: escaped) {
        result += open
        index += escaped.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }
}

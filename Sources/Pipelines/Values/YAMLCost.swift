/// A look at a YAML text before it is parsed, for what the parser itself can't bear.
///
/// Each value takes a few hundred bytes in the parser, and needs one of a few characters to be told from the next; so
/// their number is bounded first. Aliases share what they name and cost the parser nothing, but for one place: keys
/// are compared as a whole, so that a nest of aliases in a key takes for ever. A text with an alias and a key
/// that is more than a scalar isn't parsed.
enum YAMLCost {
  // About 200 MB in the parser.
  private static let separatorLimit = 600_000

  /// Whether the parser can be given the text.
  static func isBearable(_ text: String) -> Bool {
    var scan = Scan(bytes: Array(text.utf8))
    scan.run()
    if scan.separators > separatorLimit { return false }
    return !(scan.hasComplexKey && !scan.aliases.isDisjoint(with: scan.anchors))
  }

  private struct Scan {
    let bytes: [UInt8]
    var separators = 0
    var hasComplexKey = false
    var anchors: Set<ArraySlice<UInt8>> = []
    var aliases: Set<ArraySlice<UInt8>> = []

    init(bytes: [UInt8]) {
      self.bytes = bytes
    }

    mutating func run() {
      // Whether what precedes, blanks aside, is a collection or an alias: followed by a colon it would be a key.
      var couldBeKey = false
      // Whether the last brace that opened was one of `${`, which no mapping in braces can begin with.
      var isTemplate = false
      // Whether only blanks and what introduces a value precede on the line.
      var isFresh = true
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        let isSeparated = isFresh || index == 0 || " \t,[{:".utf8.contains(bytes[index - 1]) || bytes[index - 1] >= 0x80
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
          separators += 1
          couldBeKey = false
          isTemplate = false
          isFresh = true
        case UInt8(ascii: " "), UInt8(ascii: "\t"): break
        case UInt8(ascii: "&") where isSeparated:
          let name = name(after: index)
          if !name.isEmpty { anchors.insert(name) }
          index += name.count
        case UInt8(ascii: "*") where isSeparated:
          let name = name(after: index)
          if !name.isEmpty { aliases.insert(name) }
          index += name.count
          couldBeKey = true
          isFresh = false
        case UInt8(ascii: "?"):
          separators += 1
          if isSeparated, endsToken(index + 1) { hasComplexKey = true }
          isFresh = endsToken(index + 1)
        case UInt8(ascii: ":"):
          separators += 1
          if couldBeKey { hasComplexKey = true }
          couldBeKey = false
          isFresh = endsToken(index + 1)
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","):
          separators += 1
          isTemplate = byte == UInt8(ascii: "{") && index > 0 && bytes[index - 1] == UInt8(ascii: "$")
          couldBeKey = false
          isFresh = true
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
          couldBeKey = !(byte == UInt8(ascii: "}") && isTemplate)
          isTemplate = false
          isFresh = false
        case UInt8(ascii: "-"):
          separators += 1
          isFresh = isFresh && endsToken(index + 1)
          couldBeKey = false
        default:
          // There are line ends among other bytes than ASCII.
          isFresh = byte >= 0x80
          couldBeKey = byte >= 0x80 && couldBeKey
        }
        index += 1
      }
    }

    private func endsToken(_ index: Int) -> Bool {
      index >= bytes.count || " \t\r\n".utf8.contains(bytes[index]) || bytes[index] >= 0x80
    }

    private func name(after index: Int) -> ArraySlice<UInt8> {
      bytes[(index + 1)...].prefix { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
    }
  }
}

/// A pattern with wildcards, as git matches paths with (`*`, `?`, `[a-z]`, `**`, `\`).
///
/// Matching goes back to the latest `*` of the current name and the latest `**` alone, so that no pattern, however it is
/// made, takes more than pattern × path squared steps.
public struct Glob: Hashable, Sendable {
  private enum Token: Hashable, Sendable {
    case byte(UInt8)
    case anyByte
    case set(ByteSet)
    /// `*`: any bytes within a name.
    case anyName
    /// `**/`: no, one or more folders.
    case anyFolders
    /// `**` at the end: anything below.
    case anything
  }

  private let tokens: [Token]

  /// Reads a pattern; nil if it can't match anything (an open bracket, an unknown class, a backslash at the end).
  public init?(_ pattern: some Collection<UInt8>, ignoresCase: Bool = false) {
    var tokens: [Token] = []
    var rest = Array(pattern)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "?"): tokens.append(.anyByte)
      case UInt8(ascii: "*"):
        let stars = 1 + rest.prefix { $0 == UInt8(ascii: "*") }.count
        rest = rest.dropFirst(stars - 1)
        let startsName = tokens.last.map { $0 == .byte(UInt8(ascii: "/")) || $0 == .anyFolders } ?? true
        if stars > 1, startsName, rest.isEmpty {
          tokens.append(.anything)
        } else if stars > 1, startsName, rest.first == UInt8(ascii: "/") {
          rest = rest.dropFirst()
          if tokens.last != .anyFolders { tokens.append(.anyFolders) }
        } else {
          tokens.append(.anyName)
        }
      case UInt8(ascii: "["):
        guard let set = ByteSet(bracket: &rest, ignoresCase: ignoresCase) else { return nil }
        tokens.append(.set(set))
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        tokens.append(.byte(ignoresCase ? escaped.foldedCase : escaped))
      default: tokens.append(.byte(ignoresCase ? byte.foldedCase : byte))
      }
    }
    self.tokens = tokens
  }

  /// Whether the pattern matches the whole text; the text's case is folded if the pattern ignores it.
  public func matches(_ text: ArraySlice<UInt8>) -> Bool {
    /// Where to go on if what follows a wildcard doesn't match.
    struct Return {
      var token: Int
      var position: Int
    }
    var (name, folders): (Return?, Return?) = (nil, nil)
    var (token, position) = (0, text.startIndex)
    while true {
      if token < tokens.count {
        switch tokens[token] {
        case .anything: return true
        case .anyFolders:
          token += 1
          folders = Return(token: token, position: position)
          name = nil
          continue
        case .anyName:
          token += 1
          name = Return(token: token, position: position)
          continue
        default:
          if position < text.endIndex, Self.matches(tokens[token], text[position]) {
            if text[position] == UInt8(ascii: "/") { name = nil }
            token += 1
            position += 1
            continue
          }
        }
      } else if position == text.endIndex {
        return true
      }
      // The latest `*` takes one byte more, else the latest `**` one folder more.
      if let back = name, back.position < text.endIndex, text[back.position] != UInt8(ascii: "/") {
        name = Return(token: back.token, position: back.position + 1)
        (token, position) = (back.token, back.position + 1)
      } else if let back = folders, let slash = text[back.position...].firstIndex(of: UInt8(ascii: "/")) {
        folders = Return(token: back.token, position: slash + 1)
        (token, position) = (back.token, slash + 1)
        name = nil
      } else {
        return false
      }
    }
  }

  private static func matches(_ token: Token, _ byte: UInt8) -> Bool {
    switch token {
    case .byte(let expected): byte == expected
    case .anyByte: byte != UInt8(ascii: "/")
    case .set(let set): byte != UInt8(ascii: "/") && set.contains(byte)
    case .anyName, .anyFolders, .anything: false
    }
  }
}

/// What a program text says apart from comments, blank lines and layout.
///
/// Two texts with the same tokens do the same. The converse doesn't hold, and where a text can't be told apart for sure (a
/// string that has no end), it has no tokens.
struct CodeTokens {
  let language: CodeLanguage

  /// The tokens of a text: words and marks, strings as wholes, ends of lines and indentation where these mean something;
  /// nil if they can't be told.
  func tokens(_ bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
    // What stands in a text of the shell's within the text is data, also where it looks like a comment.
    if language == .hash, bytes.firstRange(of: Array("<<".utf8)) != nil { return nil }
    var scanner = Scanner(bytes: bytes[...], language: language)
    return scanner.scan()
  }

  private struct Scanner {
    let bytes: ArraySlice<UInt8>
    let language: CodeLanguage
    var index = 0
    var tokens: [ArraySlice<UInt8>] = []
    /// How many brackets are open: a line doesn't end within.
    var depth = 0
    /// Whether nothing but blanks has come in this line.
    var isLineStart = true
    var lineStart = 0

    private static let newline: ArraySlice<UInt8> = [10]

    mutating func scan() -> [ArraySlice<UInt8>]? {
      while index < bytes.count {
        let byte = bytes[index]
        switch byte {
        case 10:
          endLine()
          index += 1
          lineStart = index
          isLineStart = true
        case 32, 9, 13, 12: index += 1
        case UInt8(ascii: "\\") where language.hasIndentation && starts(with: "\n", at: index + 1): index += 2
        case _ where isComment: skipLine()
        case UInt8(ascii: "/") where language == .cLike && starts(with: "/*", at: index),
          UInt8(ascii: "/") where language == .sql && starts(with: "/*", at: index):
          guard skipBlock() else { return nil }
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
          guard string(byte) else { return nil }
        default: word()
        }
      }
      endLine()
      return withoutDocumentation
    }

    private func starts(with text: StaticString, at place: Int) -> Bool {
      guard place + text.utf8CodeUnitCount <= bytes.count else { return false }
      for offset in 0..<text.utf8CodeUnitCount where bytes[place + offset] != text.utf8Start[offset] { return false }
      return true
    }

    private var isComment: Bool {
      switch language {
      case .python: bytes[index] == UInt8(ascii: "#")
      // In the shell, `$#` and `a#b` are no comments; the first line may name an interpreter.
      case .hash:
        bytes[index] == UInt8(ascii: "#") && !starts(with: "#!", at: index)
          && (isLineStart || index > 0 && (bytes[index - 1] == 32 || bytes[index - 1] == 9))
      case .cLike: starts(with: "//", at: index)
      case .sql: starts(with: "--", at: index)
      case .markdown: false
      }
    }

    private mutating func skipLine() {
      while index < bytes.count, bytes[index] != 10 { index += 1 }
    }

    private mutating func skipBlock() -> Bool {
      index += 2
      while index < bytes.count {
        if starts(with: "*/", at: index) {
          index += 2
          return true
        }
        index += 1
      }
      return false
    }

    private mutating func begin() {
      guard isLineStart else { return }
      isLineStart = false
      if language.hasIndentation, depth == 0, index > lineStart { tokens.append(bytes[lineStart..<index]) }
    }

    private mutating func endLine() {
      // Where lines end means something in most languages, if only a little.
      if !isLineStart, depth == 0, tokens.last != Self.newline, language != .sql {
        tokens.append(Self.newline)
      }
      if depth > 0 { isLineStart = false }
    }

    private mutating func string(_ quote: UInt8) -> Bool {
      // An apostrophe in Swift and Rust, in a shell's heredoc or in prose opens no string.
      begin()
      let start = index
      let isTriple =
        language == .python && index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
      index += isTriple ? 3 : 1
      while index < bytes.count {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\\"), language != .sql {
          index += 2
          continue
        }
        if byte == quote {
          if !isTriple {
            index += 1
            tokens.append(bytes[start..<index])
            return true
          }
          if index + 2 < bytes.count, bytes[index + 1] == quote, bytes[index + 2] == quote {
            index += 3
            tokens.append(bytes[start..<index])
            return true
          }
        }
        // Python's and C's simple strings end with the line.
        if byte == 10, !isTriple, language == .python || (language == .cLike && quote != UInt8(ascii: "`")) {
          return false
        }
        index += 1
      }
      return false
    }

    private mutating func word() {
      begin()
      let start = index
      let byte = bytes[index]
      index += 1
      if isWordByte(byte) {
        while index < bytes.count, isWordByte(bytes[index]) { index += 1 }
      } else if language == .hash {
        // Blanks between marks mean something in the shell.
        while index < bytes.count, bytes[index] > 32, !isWordByte(bytes[index]), bytes[index] != UInt8(ascii: "\""),
          bytes[index] != UInt8(ascii: "'"), bytes[index] != UInt8(ascii: "`"), bytes[index] != UInt8(ascii: "\\")
        {
          index += 1
        }
        if start > 0, bytes[start - 1] == 32 || bytes[start - 1] == 9 { tokens.append([32]) }
      } else {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): if language == .python { depth += 1 }
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): if depth > 0 { depth -= 1 }
        default:
          // `a--b` isn't `a - -b`.
          while index < bytes.count, isOperator(byte), isOperator(bytes[index]), !isComment { index += 1 }
        }
      }
      if language == .hash, isWordByte(byte), start > 0, bytes[start - 1] == 32 || bytes[start - 1] == 9 {
        tokens.append([32])
      }
      tokens.append(bytes[start..<index])
    }

    private func isOperator(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "<"),
        UInt8(ascii: ">"), UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: "|"),
        UInt8(ascii: "%"), UInt8(ascii: "^"), UInt8(ascii: "~"), UInt8(ascii: "?"), UInt8(ascii: ":"):
        true
      default: false
      }
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// The tokens without Python's strings that stand alone in their line: documentation, nearly always.
    private var withoutDocumentation: [ArraySlice<UInt8>] {
      guard language == .python,
        !tokens.contains(where: { $0.elementsEqual("__doc__".utf8) || $0.elementsEqual("docopt".utf8) })
      else { return tokens }
      var rest: [ArraySlice<UInt8>] = []
      var line: [ArraySlice<UInt8>] = []
      for token in tokens {
        line.append(token)
        guard token == Self.newline else { continue }
        let words = line.dropLast().filter { $0.first != 32 && $0.first != 9 }
        let isDocumentation =
          words.count == 1 && (words[0].starts(with: Array("\"\"\"".utf8)) || words[0].starts(with: Array("'''".utf8)))
        if !isDocumentation { rest += line }
        line = []
      }
      return rest + line
    }
  }
}

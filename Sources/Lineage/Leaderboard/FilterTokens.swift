/// The words and signs of a filter.
struct FilterTokens {
  /// One of them.
  struct Token: Hashable {
    /// What it is.
    enum Kind: Hashable {
      /// A name, a keyword or a number, as it stands.
      case word(String)
      /// A name between back-ticks.
      case name(String)
      /// A text between quotes.
      case text(String, quote: Character)
      /// `=` and its like.
      case comparison(String)
      case open
      case close
      case comma
      /// A sign that has no meaning here.
      case other
      /// The end of the filter.
      case end
    }

    var kind: Kind
    /// Where it begins, counted in characters.
    var position: Int
  }

  /// All of them; the last is the end.
  private(set) var all = [Token(kind: .end, position: 0)]

  /// None.
  init() {}

  /// Divides a text.
  ///
  /// - Throws: ``LeaderboardError/filter(_:position:_:)`` for a quote that doesn't end.
  init(_ text: String) throws(LeaderboardError) {
    let letters = Array(text)
    var tokens: [Token] = []
    var next = 0
    while next < letters.count {
      let letter = letters[next]
      let position = next
      switch letter {
      case _ where letter.isWhitespace:
        next += 1
        continue
      case "'", "\"", "`":
        guard let (quoted, end) = Self.quoted(letters, from: next) else {
          throw .filter(text, position: position, .openQuote)
        }
        tokens.append(
          Token(kind: letter == "`" ? .name(quoted) : .text(quoted, quote: letter), position: position))
        next = end
      case "=", "!", "<", ">":
        var sign = String(letter)
        next += 1
        if next < letters.count, letters[next] == "=" || (letter == "<" && letters[next] == ">") {
          sign.append(letters[next])
          next += 1
        }
        // `==` is what many type, and MLflow doesn't know either.
        tokens.append(Token(kind: sign == "!" ? .other : .comparison(sign), position: position))
      case "(", ")", ",":
        tokens.append(Token(kind: letter == "(" ? .open : letter == ")" ? .close : .comma, position: position))
        next += 1
      case _ where Self.isPart(letter):
        while next < letters.count, Self.isPart(letters[next]) { next += 1 }
        tokens.append(Token(kind: .word(String(letters[position..<next])), position: position))
      default:
        tokens.append(Token(kind: .other, position: position))
        next += 1
      }
    }
    all = tokens + [Token(kind: .end, position: letters.count)]
  }

  private static func isPart(_ letter: Character) -> Bool {
    letter.isLetter || letter.isNumber || "_.-/:+@".contains(letter)
  }

  // A quote within is written twice.
  private static func quoted(_ letters: [Character], from start: Int) -> (text: String, end: Int)? {
    let quote = letters[start]
    var text = ""
    var next = start + 1
    while next < letters.count {
      if letters[next] == quote {
        guard next + 1 < letters.count, letters[next + 1] == quote else { return (text, next + 1) }
        next += 1
      }
      text.append(letters[next])
      next += 1
    }
    return nil
  }

  /// The number that a word is; nil if it isn't one.
  static func number(_ word: String) -> Double? {
    guard word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "+-.eE".utf8.contains($0) })
    else { return nil }
    return Double(word)
  }
}

/// What stands in a template: a name, and what to look for in it.
struct Expression {
  /// The names and indexes, from the outermost on.
  let segments: [String]

  /// Reads `a.b[0].c`; nil if it isn't of that form.
  init?(_ text: String) {
    var segments: [String] = []
    var rest = Array(text.unicodeScalars)[...]

    func word() -> String? {
      let word = rest.prefix { $0 != "." && $0 != "[" && $0 != "]" }
      guard !word.isEmpty else { return nil }
      rest = rest.dropFirst(word.count)
      var text = String.UnicodeScalarView()
      text.append(contentsOf: word.trimmed)
      return String(text)
    }

    guard let first = word() else { return nil }
    segments.append(first)
    while true {
      // Blanks can only be left behind a bracket.
      rest = rest.drop(while: \.properties.isWhitespace)
      if rest.isEmpty { break }
      let sign = rest.removeFirst()
      guard sign == "." || sign == "[", let next = word() else { return nil }
      segments.append(next)
      if sign == "[" {
        guard rest.first == "]" else { return nil }
        rest = rest.dropFirst()
      }
    }
    self.segments = segments
  }
}

extension ArraySlice<Unicode.Scalar> {
  fileprivate var trimmed: ArraySlice<Unicode.Scalar> {
    var slice = drop(while: \.properties.isWhitespace)
    while slice.last?.properties.isWhitespace == true { slice.removeLast() }
    return slice
  }
}

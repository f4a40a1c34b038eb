/// A phrase worth saying of two contents, and how much it weighs beside others.
struct Headline {
  /// From 0 to 100: what most likely explains other differences weighs most.
  var weight: Double
  var text: String
}

extension [Headline] {
  /// The phrases, the weightiest first; those of equal weight in the order in which they were found.
  var texts: [String] {
    enumerated().sorted { ($0.element.weight, -$0.offset) > ($1.element.weight, -$1.offset) }.map(\.element.text)
  }

  mutating func say(_ weight: Double, _ text: String) {
    append(Headline(weight: weight, text: text))
  }
}

/// A part of a whole as text: `12 %`, `0.3 %`.
func percent(_ share: Double) -> String {
  let value = share * 100
  if value > 0, value < 0.1 { return "under 0.1 %" }
  if value < 100, value > 99.9 { return "over 99.9 %" }
  return (value >= 10 ? "\(Int(value.rounded()))" : readable((value * 10).rounded() / 10)) + " %"
}

/// Names in quotes, at most a few of them: `'a', 'b' and 3 more`.
func listed(_ names: [String], limit: Int = 5) -> String {
  let shown = names.prefix(limit).map { "'\(shortened($0))'" }
  let rest = names.count - shown.count
  if rest > 0 { return shown.joined(separator: ", ") + " and \(grouped(Int64(rest))) more" }
  guard shown.count > 1, let last = shown.last else { return shown.first ?? "" }
  return shown.dropLast().joined(separator: ", ") + " and " + last
}

/// A text in at most 40 letters, on one line.
func shortened(_ text: String) -> String {
  let short = text.count > 40 ? text.prefix(39) + "…" : text[...]
  return String(short.map { $0.isNewline || $0 == "\t" ? " " : $0 })
}

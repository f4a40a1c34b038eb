internal import ArgumentParser

/// A length of time as people type it: `90` (seconds), `1.5h`, `30m`, `1h30m`.
struct LengthArgument: ExpressibleByArgument {
  /// The length.
  let length: Duration
  /// How it was typed.
  let text: String

  /// The longest length taken: a hundred years.
  private static let limit = 100.0 * 365 * 86400

  /// Reads a number of seconds, or, to the millisecond, numbers with units (`d`, `h`, `m`, `s`, `ms`), each smaller than the one before.
  init?(argument: String) {
    text = argument
    var rest = argument[...]
    var seconds = 0.0
    var former = Double.infinity
    repeat {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      // What else Double reads (exponents, hexadecimal digits, a point alone) isn't how one types a time.
      guard digits.first != ".", digits.last != ".", let number = Double(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let unit = Self.seconds[name] ?? (name.isEmpty && digits.count == argument.count ? 1 : nil), unit < former
      else { return nil }
      former = unit
      seconds += number * unit
    } while !rest.isEmpty
    guard seconds <= Self.limit else { return nil }
    length = .milliseconds(Int64((seconds * 1000).rounded()))
  }

  private static let seconds: [Substring: Double] = ["d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001]
}

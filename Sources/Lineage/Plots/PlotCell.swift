internal import MLTBase
internal import PredictionLogs

/// A cell of a table that is drawn.
package enum PlotCell: Hashable, Sendable {
  /// A number that was one in the file.
  case number(Double)
  /// Anything else, a number as text included.
  case text(String)
  /// Nothing.
  case missing

  // What other tools write for nothing, beside NaN.
  private static let absent: Set<String> = ["", "na", "n/a", "null", "none"]

  /// Whether nothing is there.
  package var isMissing: Bool {
    switch self {
    case .number: false
    case .text(let text): text.utf8.count <= 4 && Self.absent.contains(text.lowercased())
    case .missing: true
    }
  }

  /// The number; NaN for nothing, nil for what is none.
  package var number: Double? {
    switch self {
    case .number(let value): value
    case .text(let text): Double(text) ?? (isMissing ? .nan : nil)
    case .missing: .nan
    }
  }

  /// The moment in seconds since 1970; nil for what is none.
  package var moment: Double? {
    guard case .text(let text) = self else { return nil }
    return Moment.read(text).map { Double($0.microseconds) / 1_000_000 }
  }

  /// The value as the name of something.
  package var name: String {
    switch self {
    case .number(let value): Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    case .text(let text): text
    case .missing: ""
    }
  }
}

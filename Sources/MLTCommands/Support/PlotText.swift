internal import Lineage

/// How templates read.
enum PlotText {
  /// What a template draws, in a few words.
  static func summary(_ template: PlotTemplate) -> String {
    switch template {
    case .linear: "a line through the points (default)"
    case .simple: "the same"
    case .scatter: "each point by itself"
    case .scatterJitter: "the same, without moving points that cover each other"
    case .smooth: "a line drawn towards the points before; --smooth says how much (default: 0.6)"
    case .confusion: "how often each pair of classes occurs: x in columns, y in rows"
    case .confusionNormalized: "the same, as shares of each row: put into y what is to add up to 1"
    case .barHorizontal: "a bar of length x beside each name in y"
    case .barHorizontalSorted: "the same, the longest first"
    }
  }

  /// The names of all templates.
  static var names: String { PlotTemplate.allCases.map(\.rawValue).joined(separator: ", ") }
}

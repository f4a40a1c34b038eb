/// How the points of a file are drawn, by DVC's names.
public enum PlotTemplate: String, Hashable, Sendable, CaseIterable {
  /// A line through the points.
  case linear
  /// The same; DVC's has less to click on.
  case simple
  /// Each point by itself.
  case scatter
  /// The same; DVC moves points aside that would cover each other.
  case scatterJitter = "scatter_jitter"
  /// A line through the points, each drawn towards those before it.
  case smooth
  /// How often each pair of classes occurs.
  case confusion
  /// The same, as shares of each row.
  case confusionNormalized = "confusion_normalized"
  /// A bar beside each name, in the file's order.
  case barHorizontal = "bar_horizontal"
  /// The same, the longest first.
  case barHorizontalSorted = "bar_horizontal_sorted"

  /// Takes a name; DVC once called `linear` `default`.
  package init?(name: String) {
    self.init(rawValue: name == "default" ? "linear" : name)
  }

  /// How much what came before weighs in ``smooth``, unless somebody says otherwise.
  public static let usualSmoothing = 0.6

  /// Whether classes or names are drawn, and not places.
  var isOfNames: Bool {
    switch self {
    case .confusion, .confusionNormalized, .barHorizontal, .barHorizontalSorted: true
    case .linear, .simple, .scatter, .scatterJitter, .smooth: false
    }
  }
}

/// Bars that lie beside names.
public struct BarChart: Hashable, Sendable {
  /// Bars that belong together, one for each name.
  public struct Series: Hashable, Sendable {
    /// What they are called; empty if there is nothing to call them.
    public var name: String
    /// The lengths, in the order of the names; nil where there is none.
    public var values: [Double?]

    /// Takes the parts.
    public init(name: String, values: [Double?]) {
      self.name = name
      self.values = values
    }
  }

  /// What stands above it.
  public var title: String
  /// What the lengths are.
  public var xLabel: String
  /// What the names are.
  public var yLabel: String
  /// The names, from the top.
  public var labels: [String]
  /// The bars.
  public var series: [Series]

  /// Takes the parts.
  public init(title: String, xLabel: String, yLabel: String, labels: [String], series: [Series]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.labels = labels
    self.series = series
  }

  /// The length of a bar; nil if there is none that can be drawn.
  func value(_ series: Series, _ label: Int) -> Double? {
    guard series.values.indices.contains(label), let value = series.values[label], value.isFinite else { return nil }
    return value
  }

  /// How many bars have no length that can be drawn, as NaN.
  var unplaced: Int { series.reduce(0) { $0 + $1.values.count { $0.map { !$0.isFinite } ?? false } } }

  /// What holds all bars, and where they begin; nil if there is none.
  var axis: Axis? {
    let values = series.flatMap { $0.values.compactMap { $0 }.filter(\.isFinite) }
    guard let least = values.min(), let most = values.max() else { return nil }
    return Axis(min(least, 0), least == 0 && most == 0 ? 1 : max(most, 0))
  }
}

internal import ContentComparison
internal import Glibc

/// What a run makes of what it reads, beside what it always made of it: rows per row, means per mean.
///
/// A day with half of the customers has half of the rows everywhere; a step that loses rows shows here alone.
enum TransferComparison {
  /// What was read and what was made of it.
  struct Sample {
    var inputs: [ContentProfile]
    var output: ContentProfile
    /// How many rows were worked through; nil if several tables were, and how many come out hangs on how they meet.
    var rows: Int64?
  }

  /// The distance from the usual, in usual distances, from which on something is out of the usual.
  private static let tolerated = 5.0
  /// The part by which such figures may always differ.
  private static let leeway = 0.03

  /// How far out of the usual a sample is; nil if nothing can be compared.
  static func anomaly(of sample: Sample, beside earlier: [Sample]) -> Anomaly? {
    var mine = figures(sample)
    // What always has as many rows, whatever goes in, isn't made row by row.
    if earlier.allSatisfy({ $0.output.rows == sample.output.rows }) { mine[rows] = nil }
    let others = earlier.map { figures($0) }
    var worst: Anomaly?
    for (name, value) in mine.sorted(by: { $0.key < $1.key }) {
      let usual = others.compactMap { $0[name] }
      guard usual.count >= 3 else { continue }
      let median = Statistics.median(usual)
      let spread = max(Statistics.deviation(usual, from: median), abs(median) * leeway, 1e-9)
      let distance = abs(value - median) / spread
      let score = distance > tolerated ? min(Anomaly.largest, 2 * log2(distance)) : 0
      let phrases = score > 0 ? [phrase(name, value, median)] : []
      worst = EffectFinder.worse(worst, Anomaly(score: score, phrases: phrases))
    }
    return worst
  }

  private static let rows = "rows"

  /// What is made of each row, and of each column's mean.
  private static func figures(_ sample: Sample) -> [String: Double] {
    var figures: [String: Double] = [:]
    if let made = sample.output.rows, let read = sample.rows, read > 0 { figures[rows] = Double(made) / Double(read) }
    for column in sample.output.columns {
      guard let after = column.numbers?.mean, after.isFinite else { continue }
      for input in sample.inputs {
        guard let before = input.column(column.name)?.numbers?.mean, before.isFinite, abs(before) > 1e-9 else {
          continue
        }
        figures["'" + column.name + "'"] = after / before
        break
      }
    }
    return figures
  }

  private static func phrase(_ name: String, _ value: Double, _ usual: Double) -> String {
    let (mine, yours) = (Statistics.text(value), Statistics.text(usual))
    return name == rows
      ? "\(mine) rows come out for each that goes in, where \(yours) are usual"
      : "the mean of \(name) is \(mine) times what goes in, where \(yours) is usual"
  }
}

/// Figures that a few wrong values don't upset.
enum Statistics {
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The usual distance from the median, scaled to be the standard deviation of a normal distribution.
  static func deviation(_ values: [Double], from median: Double) -> Double {
    1.4826 * Self.median(values.map { abs($0 - median) })
  }

  /// A number with three figures.
  static func text(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    let scale = pow(10, 2 - floor(log10(abs(value))))
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
  }
}

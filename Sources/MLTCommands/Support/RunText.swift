internal import Journaling
internal import Lineage
internal import MLTBase

/// What is said of a run that was just recorded.
enum RunText {
  /// The line that `mlt run` ends with.
  static func recorded(_ report: RunReport) -> String {
    "mlt: recorded \(report.component) \(report.run.short): \(Formatting.count(report.inputs, "input")), "
      + "\(Formatting.count(report.outputs, "output")), \(Formatting.duration(report.wall))"
      + (report.status == .finished ? "" : ", \(report.status.rawValue) with exit status \(report.exit)")
  }
}

internal import Journaling
internal import MLTBase

/// How it reads what came of making a run again.
enum ReplicationText {
  /// How many outputs and changes of one repetition are listed.
  private static let listed = 10

  /// The lines of `mlt show`.
  static func lines(of fact: RunReplicated, at: Timestamp, _ out: StyledText) -> [String] {
    let verdict =
      fact.isReplicable
      ? "replicable" + (fact.differing == 0 ? "" : " within \(number(fact.tolerance ?? 0))") : "not replicable"
    var lines = [
      "\(Formatting.time(at))  \(out.styled(verdict, fact.isReplicable ? .green : .red))"
        + "  \(summary(fact)), by \(fact.user) on \(fact.host)"
    ]
    let rows = fact.outputs.prefix(listed).map { ["  " + out.styled($0.path, .cyan), text(of: $0, times: fact.times)] }
    lines += Formatting.table(rows)
    if fact.outputs.count > listed { lines.append("  and \(fact.outputs.count - listed) more") }
    if !fact.upstream.isEmpty {
      lines.append("  from what \(fact.upstream.map(\.short).joined(separator: ", ")) made this time")
    }
    lines += fact.changes.prefix(listed).map { "  " + text(of: $0) }
    if fact.changes.count > listed { lines.append("  and \(fact.changes.count - listed) more changes") }
    return lines
  }

  /// How many times, and of how many outputs.
  static func summary(_ fact: RunReplicated) -> String {
    var text: String
    if fact.compared == 0 {
      text = "no outputs"
    } else if fact.differing == 0 {
      text = "\(Formatting.count(Int(fact.compared), "output")) the same"
    } else {
      text = "\(fact.differing) of \(Formatting.count(Int(fact.compared), "output")) not the same"
    }
    if let exit = fact.exit { text += ", exit status \(exit)" }
    if fact.times > 1 { text += ", alike \(fact.same) of \(fact.times) times" }
    return text
  }

  /// What became of an output.
  static func text(of output: RunReplicated.Output, times: Int64) -> String {
    var text: String
    switch output.verdict {
    case .same: text = "same"
    case .close: text = "close: " + (output.measure.map { self.text(of: $0) } ?? "")
    case .differs: text = "differs" + (output.measure.map { ": " + self.text(of: $0) } ?? "")
    case .missing: text = "not made"
    case .extra: text = "not made by the run"
    case .unknown: text = "not compared: what the run had made isn't known"
    }
    if times > 1, output.verdict != .same { text += " (same \(output.same) of \(times) times)" }
    return text
  }

  private static func text(of measure: RunReplicated.Measure) -> String {
    var parts: [String] = []
    if measure.isReordered { parts.append("the same lines in another order") }
    if measure.differing > 0 {
      parts.append(
        "\(measure.differing) of \(Formatting.count(Int(measure.values), "number")), by at most "
          + "\(number(measure.absolute)) (relative \(number(measure.relative)))"
          + (measure.place.map { ", most at \($0)" } ?? ""))
    }
    parts += measure.others.prefix(3)
    if measure.others.count > 3 { parts.append("and more") }
    if parts.isEmpty { return measure.format == "binary" ? "other bytes" : "the same values, written otherwise" }
    return parts.joined(separator: "; ")
  }

  /// What the repetition stood on and the run hadn't.
  static func text(of change: RunReplicated.Change) -> String {
    let name = change.kind == "machine" ? "the machine's \(change.name)" : "\(change.kind) \(change.name)"
    switch (change.before, change.now) {
    case (let before?, let now?): return "\(name) is \(now), was \(before)"
    case (nil, let now?): return "\(name) is \(now), wasn't there"
    case (let before?, nil): return "\(name) isn't there, was \(before)"
    case (nil, nil): return "\(name) is another"
    }
  }

  /// A number in three figures.
  static func number(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : value.isNaN ? "nan" : "inf" }
    var (mantissa, exponent) = (value.magnitude, 0)
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let sign = value < 0 ? "-" : ""
    if (-3..<6).contains(exponent) {
      var scale = 1.0
      for _ in 0..<max(0, 2 - exponent) { scale *= 10 }
      let rounded = (value.magnitude * scale).rounded() / scale
      return sign + (rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)")
    }
    let rounded = (mantissa * 100).rounded() / 100
    return sign + (rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)") + "e\(exponent)"
  }
}

internal import ArgumentParser
internal import Lineage
internal import MLTBase

/// A moment as people type it, up to which something is meant: of a date, the end of that day.
struct LatestArgument: ExpressibleByArgument {
  private static let day: Int64 = 86_400_000_000

  private let time: TimeArgument
  private let isDate: Bool

  /// Reads what ``TimeArgument`` reads.
  init?(argument: String) {
    guard let time = TimeArgument(argument: argument) else { return nil }
    self.time = time
    isDate = argument == "today" || argument.utf8.count == 10 && argument.split(separator: "-").count == 3
  }

  /// The last moment that is meant, counted from `now` where that matters.
  func moment(now: Timestamp) -> Timestamp {
    let start = time.moment(now: now)
    return isDate ? Timestamp(microseconds: start.microseconds + Self.day - 1) : start
  }
}

/// Which predictions to trace.
struct PredictionOptions: ParsableArguments {
  @Option(name: .long, help: "Trace the logged predictions with this key")
  var key: String?

  @Option(
    name: .customLong("in"), help: "With --key, only in logs of this name, folder or pattern (can be repeated)")
  var patterns: [String] = []

  @Option(
    name: .customLong("at"),
    help: "With --key, only what was predicted up to then: a date, a date and time, '3d', 'yesterday'")
  var time: LatestArgument?

  @Option(name: .long, help: "With --key, show this many of the latest predictions (default: 20; with --json all)")
  var limit: Int?

  private static let shownCount = 20

  func validate() throws {
    if key == nil, !patterns.isEmpty || time != nil || limit != nil {
      throw ValidationError("--in, --at and --limit are for --key")
    }
    if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 up") }
  }

  /// Finds the predictions and shows them.
  func show(asJSON: Bool, _ session: Session, _ workspace: Workspace) throws {
    var query = PredictionQuery(typed: key ?? "")
    query.patterns = patterns
    query.limit = limit ?? (asJSON ? nil : Self.shownCount)
    query.until = time?.moment(now: session.context.clock.now())
    let findings = try session.watching("indexing", total: nil, workspace) {
      let line = ProgressLine("indexing", terminal: session.terminal)
      defer { line.end() }
      query.progress = { line.update(done: $0, total: $1) }
      return try workspace.findPredictions(query)
    }
    if asJSON {
      try session.show(json: PredictionRendering.json(findings, key: query.key), of: workspace)
    } else {
      try session.show(
        PredictionRendering.text(findings, terminal: session.terminal), of: workspace, paged: true)
    }
    for warning in PredictionRendering.warnings(findings) { Output.say(warning) }
  }
}

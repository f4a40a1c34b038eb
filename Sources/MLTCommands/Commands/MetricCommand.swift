internal import ArgumentParser
internal import Glibc
internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

struct MetricCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metric",
    abstract: "Record metrics of the run that goes on, or show a run's",
    discussion: """
      Inside 'mlt run' no run need be named: MLT_RUN says which one it is. Every value is kept, with its step (0 unless \
      given) and its time; the one of the greatest step, then the latest, is what listings show.

        mlt metric rmse=0.42 r2=0.71
        mlt metric loss=0.31 --step 5
        python train.py | tee log.txt | mlt metric -
        mlt metric --run 3f2a loss

      With '-' lines are read from standard input and recorded as they come: 'loss=0.31 acc=0.9 step=5', with time=… if \
      need be, or JSON: {"loss": 0.31, "acc": 0.9, "step": 5} or {"key": "loss", "value": 0.31, "step": 5}. What is in \
      before the program that writes them is killed stays. Lines that aren't metrics are told and left out, and the exit status is 1.

      NaN, inf and -inf are values. 'mlt run --metrics FILE' records what a file in JSON, YAML, TOML, JSON Lines or \
      CSV holds.
      """)

  @Argument(
    help: "Metrics to record (KEY=VALUE), '-' for standard input, or one to show (KEY); none to show the latest values")
  var metrics: [String] = []

  @Option(name: .long, parsing: .unconditional, help: "The step that the values belong to (default: 0)")
  var step: Int64?

  @Option(
    name: .customLong("at"), help: ArgumentHelp("When they were measured (default: now)", valueName: "time"))
  var time: String?

  @OptionGroup var target: RunOption

  @Flag(name: .long, help: "Print JSON: the latest values, or with KEY all of that metric's")
  var json = false

  private var isStream: Bool { metrics == ["-"] }
  private var isRecording: Bool { isStream || metrics.contains { $0.contains("=") } }

  func validate() throws {
    if isStream, step != nil || time != nil || json {
      throw ValidationError("what '-' reads says steps and times itself, and prints nothing")
    }
    if !isRecording, metrics.count > 1 { throw ValidationError("give one metric to show") }
    if !isRecording, step != nil || time != nil { throw ValidationError("--step and --at go with KEY=VALUE") }
    if isRecording, !isStream { _ = try values(at: Timestamp(microseconds: 0)) }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let run = try workspace.runSpeaking(target.run)
    if isStream { return try stream(session, workspace, run) }
    if isRecording {
      var logged = LoggedValues()
      logged.metrics = try values(at: session.context.clock.now())
      try workspace.logger(of: run).log(logged)
      return json ? try showLatest(session, workspace, run) : session.tell(workspace)
    }
    if let name = metrics.first { return try showHistory(of: name, session, workspace, run) }
    try showLatest(session, workspace, run)
  }

  private func values(at now: Timestamp) throws -> [RunLogged.Metric] {
    var at = now
    if let time {
      guard let moment = MetricLine.moment(time) else {
        throw ValidationError("option '--at' takes a time, not '\(time)'")
      }
      at = moment
    }
    return try metrics.map { argument in
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, let value = try? MetricLine.number(parts[1]) else {
        throw ValidationError("a metric is KEY=VALUE with a number, not '\(argument)'")
      }
      return RunLogged.Metric(key: parts[0], value: value, step: step ?? 0, at: at)
    }
  }

  private func stream(_ session: Session, _ workspace: Workspace, _ run: RunID) throws {
    var stream = MetricStream(workspace.logger(of: run), clock: session.context.clock)
    try stream.read(from: .standardInput) { number, problem in
      Output.say("warning: line \(number): \(problem.reason)")
    }
    session.tell(workspace)
    if stream.wasCut { Output.say("warning: the last line has no end; its values are recorded as far as they go") }
    if stream.badLines > 0 {
      Output.say(
        "error: \(Formatting.count(stream.badLines, "line")) of \(stream.lines) weren't metrics; "
          + "the other values are recorded")
      throw ExitCode(FailureReport.Status.failed.rawValue)
    }
  }

  // MARK: Showing

  private func showLatest(_ session: Session, _ workspace: Workspace, _ run: RunID) throws {
    let latest = try workspace.latestMetrics(of: run)
    if json {
      return try session.show(json: ["format": 1, "metrics": RunRendering.json(latest)], of: workspace)
    }
    let lines = Formatting.table(latest.sorted { $0.key < $1.key }.map { [$0.key, Formatting.number($0.value)] })
    try session.show(lines.map { $0 + "\n" }.joined(), of: workspace)
  }

  private func showHistory(of name: String, _ session: Session, _ workspace: Workspace, _ run: RunID) throws {
    let values = try workspace.history(of: name, in: run)
    if json {
      let points: [JSON] = values.map { point in
        [
          "step": .int(point.step), "at": .string(point.at.description), "value": MetricValue(point.value).json,
        ]
      }
      return try session.show(json: ["format": 1, "metric": .string(name), "values": .array(points)], of: workspace)
    }
    let lines = values.map { "\($0.step)\t\($0.at)\t\(Formatting.number($0.value))\n" }
    try session.show("step\ttime\tvalue\n" + lines.joined(), of: workspace, paged: true)
  }
}

internal import Glibc
internal import Journaling
internal import Lineage
internal import MLTBase
internal import Pipelines

/// What became of a stage, as one process tells another, and as `--json` prints it.
struct StageResult {
  /// The stage.
  let stage: StageID
  /// What was done about it.
  let kind: String
  /// Whether it failed.
  let isFailed: Bool
  /// Whether somebody interrupted it.
  let isInterrupted: Bool
  /// All that is to be said of it.
  let json: JSON

  init(_ outcome: StageOutcome) {
    stage = outcome.stage
    kind = outcome.kind.rawValue
    isFailed = outcome.kind == .failed
    isInterrupted = outcome.report.map { $0.wasInterrupted || $0.status == .interrupted } ?? false
    json = StageText.json(outcome)
  }

  /// One that a worker couldn't say anything of.
  init(lost stage: StageID) {
    self.stage = stage
    kind = StageOutcome.Kind.failed.rawValue
    (isFailed, isInterrupted) = (true, false)
    json = .object(JSONObject(StageText.json(stage).merging(["outcome": .string(kind)]) { $1 }))
  }

  /// The line in which a worker tells it.
  var line: [UInt8] {
    let fields: JSON = ["interrupted": .bool(isInterrupted), "result": json]
    return fields.canonicalBytes + [UInt8(ascii: "\n")]
  }

  /// Reads what a worker told; nil if it is nothing of the kind.
  init?(line: [UInt8], of stage: StageID) {
    guard let fields = (try? JSON(parsing: line))?.object, let result = fields["result"],
      let kind = result.object?["outcome"]?.string
    else { return nil }
    self.stage = stage
    self.kind = kind
    isFailed = kind == StageOutcome.Kind.failed.rawValue
    isInterrupted = fields["interrupted"]?.bool ?? false
    json = result
  }

  /// Brings a stage up to date, and says on stderr what there is to say of it.
  static func bringingUpToDate(
    _ stage: Stage, by runner: StageRunner, quiet: Bool, verbose: Bool
  ) throws -> StageResult {
    let outcome = try runner.bringUpToDate(stage) { news in
      if !quiet { for line in StageText.lines(of: news) { Output.say(line) } }
    }
    let result = StageResult(outcome)
    for line in StageText.lines(of: outcome, verbose: verbose) where !quiet || result.isFailed { Output.say(line) }
    return result
  }

  /// Gives commands an empty standard input, unless somebody sits there: what came through a pipe would be recorded
  /// nowhere.
  static func hideInput() {
    if isatty(STDIN_FILENO) == 1 { return }
    let empty = open("/dev/null", O_RDONLY)
    guard empty > 0 else { return }
    dup2(empty, STDIN_FILENO)
    close(empty)
  }
}

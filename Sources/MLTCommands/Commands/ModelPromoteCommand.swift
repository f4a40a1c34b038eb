internal import ArgumentParser
internal import Journaling
internal import Lineage

struct ModelPromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Put a version into production, and archive what was there",
    discussion: """
      Policy may ask for reviews and more first; what is missing is named.

        mlt model promote wine/3 -m 'half the error on the spring data'

      With --best a version is chosen by a metric, and compared with what is in production on the same data, by its content: \
      values that were measured on different data are never compared. A value may come from the run that made the model, or \
      from a later run that read it. The decision is written down with all candidates and the reason, also if nothing is \
      changed, so that one line in cron retrains for good:

        mlt repro && mlt model promote wine --best metrics.rmse:asc --holdout data/holdout.csv --if-better

      Candidates are the model's versions, or with --from what runs wrote where the model stands; what is promoted is \
      registered if it isn't yet.

        mlt model promote wine --best metrics.rmse --from "experiment = 'spring' AND params.depth != '1'"
      """)

  @Argument(help: "VERSION; with --best NAME")
  var model: String

  @Option(
    name: .long, help: ArgumentHelp("Choose by this metric", valueName: "metrics.NAME:asc|desc"))
  var best: String?

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp("Choose among what these runs made (see 'mlt runs --filter')", valueName: "filter"))
  var filter: String?

  @Option(name: .long, help: "Data that values must have been measured on", completion: .file())
  var holdout: String?

  @Option(
    name: .long, help: "Where runs write the model (default: where the last version stood)", completion: .file())
  var path: String?

  @Flag(name: .customLong("if-better"), help: "Leave things as they are unless the best is better than what is there")
  var onlyIfBetter = false

  @OptionGroup var goal: StageInUse

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only show what would be done")
  var isDryRun = false

  @OptionGroup var reason: ModelReason

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    guard best == nil else { return }
    if onlyIfBetter || isDryRun || holdout != nil || path != nil || filter != nil {
      throw ValidationError("--from, --holdout, --path, --if-better and --dry-run go with --best")
    }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    guard let best else {
      let change = try workspace.setStage(model, goal.stage.stage, displaces: true, why: reason.why)
      return try ModelChangeText.show(change, asJSON: json, session, workspace)
    }
    var request = ChoiceRequest(model, metric: best)
    if let filter {
      request.runs = try workspace.runs(matching: RunFilter(parsing: filter))
      request.filter = filter
    }
    request.holdout = holdout
    request.path = path
    request.onlyIfBetter = onlyIfBetter
    request.stage = goal.stage.stage
    request.isDryRun = isDryRun
    request.why = reason.why
    let choice = try workspace.choose(request)
    if json { return try session.show(json: ModelChoiceRendering.json(choice, isDryRun: isDryRun), of: workspace) }
    try session.show(
      ModelChoiceRendering.text(choice, isDryRun: isDryRun, terminal: session.terminal), of: workspace)
  }
}

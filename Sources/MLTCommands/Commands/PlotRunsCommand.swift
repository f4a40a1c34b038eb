internal import ArgumentParser
internal import Lineage
internal import Plotting

struct PlotRunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "Draw metrics of runs; 'mlt plot' alone does",
    discussion: """
      Curves of one or more metrics, of the runs named or of the latest that has the first of them:

        mlt plot loss
        mlt plot loss val_loss 3f2a 9c41
        mlt plot f1 --experiment wine --html f1.html

      Runs as points, by any two of what they have that are numbers:

        mlt plot --scatter params.depth metrics.f1 --filter "tags.team = 'x'"

      Points that aren't numbers, as NaN, are left out and told.
      """)

  /// What the width shows.
  enum Width: String, ExpressibleByArgument, CaseIterable {
    case step, time, relative
  }

  @Argument(help: "Metrics, then runs; with --scatter what to draw runs by")
  var names: [String]

  @Flag(name: .long, help: "Draw each run as a point, by the two things named")
  var scatter = false

  @Option(name: .long, help: "What the width shows (default: steps, or the time where all steps are one)")
  var x: Width?

  @Flag(name: .long, help: "Let the height grow by factors")
  var log = false

  @Option(
    name: .long,
    help: ArgumentHelp("Draw values towards those before them: from 0 to less than 1", valueName: "weight"))
  var smooth = 0.0

  @OptionGroup var chosen: ChosenRuns

  @Option(
    name: [.customShort("n", allowingJoined: true), .customLong("limit")],
    help: "At most this many runs (default: 8 curves, all points)")
  var limit: Int?

  @OptionGroup var output: PlotOutput

  func validate() throws {
    if scatter, names.count != 2 { throw ValidationError("--scatter takes two things to draw runs by") }
    if !(0..<1).contains(smooth) { throw ValidationError("--smooth takes a number from 0 to less than 1") }
    if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 up") }
    if scatter, x != nil || smooth > 0 { throw ValidationError("--x and --smooth are for curves") }
  }

  func run() throws {
    var request = PlotRequest()
    request.filter = try chosen.parsedFilter
    request.component = chosen.component
    request.experiment = chosen.experiment
    request.limit = limit
    request.isLogarithmic = log
    let session = try Session()
    let workspace = try session.workspace()
    let charts: [Chart]
    if scatter {
      charts = [try workspace.scatter(names[0], names[1], request)]
    } else {
      request.arguments = names
      request.width = x.flatMap { PlotRequest.Width(rawValue: $0.rawValue) }
      request.smoothing = smooth
      charts = try workspace.charts(request)
    }
    try output.show(charts.map { PlotOutput.Entry(id: $0.title, drawing: .chart($0)) }, session, workspace)
  }
}

internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import Plotting
internal import SystemPackage

struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw metrics of runs, in the terminal or as SVG or HTML",
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
    name: [.customShort("n"), .customLong("limit")], help: "At most this many runs (default: 8 curves, all points)")
  var limit: Int?

  @Option(name: .long, help: ArgumentHelp("Write SVG", valueName: "file"), completion: .file())
  var svg: String?

  @Option(
    name: .long, help: ArgumentHelp("Write a page that needs nothing else", valueName: "file"), completion: .file())
  var html: String?

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
    try PlotOutput(svg: svg, html: html).show(charts, session, workspace)
  }
}

/// Where charts go: files, or else the terminal.
struct PlotOutput {
  var svg: String?
  var html: String?

  func show(_ charts: [Chart], _ session: Session, _ workspace: Workspace) throws {
    if let svg {
      // A file holds one picture; further ones are numbered.
      for (number, chart) in charts.enumerated() {
        try write(SVGPlot.draw(chart), to: Self.name(svg, number), session)
      }
    }
    if let html {
      try write(PlotPage.draw(charts.map(\.title).joined(separator: ", "), charts), to: html, session)
    }
    if svg == nil, html == nil {
      try session.show(PlotRendering.text(charts, terminal: session.terminal, context: session.context), of: workspace)
    } else {
      session.tell(workspace)
    }
    let unplaced = charts.reduce(0) { $0 + $1.unplaced }
    if unplaced > 0 {
      Output.say("mlt: \(Formatting.count(unplaced, "point")) left out that \(unplaced == 1 ? "has" : "have") no place")
    }
  }

  private static func name(_ file: String, _ number: Int) -> String {
    if number == 0 { return file }
    let stem = file.lowercased().hasSuffix(".svg") ? String(file.dropLast(4)) : file
    return "\(stem)-\(number + 1).svg"
  }

  private func write(_ text: String, to file: String, _ session: Session) throws {
    let path = session.context.directory.pushing(FilePath(file))
    try FileOperations.replace(path, with: Array(text.utf8), sync: false)
  }
}

internal import ArgumentParser
internal import Lineage
internal import MLTBase

/// How files are drawn, instead of what is declared.
struct PlotShape: ParsableArguments {
  @Option(
    name: [.customShort("t"), .long],
    help: ArgumentHelp("How to draw (default: linear); 'mlt plot templates' lists them", valueName: "name"),
    completion: .list(PlotTemplate.allCases.map(\.rawValue)))
  var template: String?

  @Option(
    name: [.customShort("x")],
    help: ArgumentHelp("Column of the width (default: the row's number)", valueName: "column"))
  var x: String?

  @Option(
    name: [.customShort("y")],
    help: ArgumentHelp("Column of the height (default: the last; can be repeated)", valueName: "column"))
  var y: [String] = []

  @Option(name: .long, help: ArgumentHelp("What stands above", valueName: "text"))
  var title: String?

  @Option(name: .customLong("x-label"), help: ArgumentHelp("What the width is called", valueName: "text"))
  var xLabel: String?

  @Option(name: .customLong("y-label"), help: ArgumentHelp("What the height is called", valueName: "text"))
  var yLabel: String?

  @Flag(name: .customLong("no-header"), help: "The first row of CSV and TSV names no columns; they are called 0, 1, …")
  var noHeader = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Draw lines towards the points before: from 0 to less than 1 (default: 0.6 for template smooth, else 0)",
      valueName: "weight"))
  var smooth: Double?

  func validate() throws {
    if let smooth, !(0..<1).contains(smooth) {
      throw ValidationError("--smooth takes a number from 0 to less than 1")
    }
  }

  /// What is to be drawn in this way.
  func request(_ targets: [String]) -> FilePlotRequest {
    var request = FilePlotRequest()
    request.targets = targets
    request.template = template
    request.x = x
    request.y = y
    request.title = title
    request.xLabel = xLabel
    request.yLabel = yLabel
    request.hasHeader = noHeader ? false : nil
    request.smoothing = smooth
    return request
  }
}

struct PlotShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Draw what pipeline files declare to be drawn, or any files",
    discussion: """
      Without names all that 'plots' declare in the project's pipeline files, of stages and at the top, is drawn. A file \
      that isn't declared is drawn as well. CSV, TSV, JSON and YAML have columns; pictures (PNG, JPEG, GIF, SVG) are shown \
      by --html.

        mlt plot show
        mlt plot show roc loss.tsv --svg plots.svg
        mlt plot show loss.tsv -x epoch -y loss -y val_loss
        mlt plot show classes.csv --template confusion -x actual -y predicted
        mlt plot show importance.csv --template bar_horizontal_sorted -x importance -y name

      What can't be drawn is told, and the exit status is 1, though all else is drawn.
      """)

  @Argument(help: "Plots by name, files and folders (default: all that are declared)", completion: .file())
  var plots: [String] = []

  @OptionGroup var shape: PlotShape
  @OptionGroup var output: PlotOutput

  func run() throws {
    try output.show(shape.request(plots))
  }
}

struct PlotDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Draw the same plots of two or more commits in one picture",
    discussion: """
      Without a revision HEAD is compared with the work tree, one revision with the work tree, and several with each \
      other; 'workspace' names the work tree. Files that git hasn't got come from the store, by 'mlt.lock', or from DVC's \
      cache. A file that one of them hasn't got is drawn for the others and told.

        mlt plot diff
        mlt plot diff main
        mlt plot diff v1.0 v2.0 workspace -- loss.tsv
        mlt plot diff HEAD~3 --targets classes.csv --template confusion --html classes.html

      A revision is whatever 'git rev-parse' takes.
      """)

  @Argument(help: "Revisions, then plots, files and folders", completion: .file())
  var arguments: [String] = []

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Plots, files and folders (default: all that are declared)", valueName: "plot"),
    completion: .file())
  var targets: [String] = []

  @OptionGroup var shape: PlotShape
  @OptionGroup var output: PlotOutput

  func run() throws {
    var request = shape.request(arguments + targets)
    request.isComparison = true
    // The parser drops the '--' and doesn't say where it stood.
    request.plainTargets = min(CommandLineEntry.countBehindTerminator, arguments.count) + targets.count
    try output.show(request)
  }
}

struct PlotTemplatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "templates",
    abstract: "List the ways in which files can be drawn",
    discussion: """
      They have DVC's names and meaning. A template of one's own in Vega's language, as in '.dvc/plots', can't be drawn.
      """)

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    if json {
      let templates: [JSON] = PlotTemplate.allCases.map {
        ["name": .string($0.rawValue), "summary": .string(PlotText.summary($0))]
      }
      return try session.show(json: ["format": 1, "templates": .array(templates)])
    }
    let lines = Formatting.table(PlotTemplate.allCases.map { [$0.rawValue, PlotText.summary($0)] })
    try session.show(lines.map { $0 + "\n" }.joined())
  }
}

internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Show runs side by side: what differs, and which is best",
    discussion: """
      Parameters, metrics, tags, command, commit, inputs and packages of two or more runs, each in its column. Runs are named \
      by their ids, by what they made, or as versions of models.

        mlt compare 3f2a 9c41 77b0
        mlt compare models:/wine/3 models:/wine@champion
        mlt compare 3f2a 9c41 --best margin:desc

      The best value of a metric has a star where the metric's name says which way is better: less of a loss, an error or an \
      rmse, more of an accuracy, an f1 or an auc. --best says it of others.
      """)

  @Argument(help: "Runs, what they made, or versions of models")
  var runs: [String]

  @Option(
    name: .long,
    help: ArgumentHelp("Which way a metric is better (can be repeated)", valueName: "metric:asc|desc"))
  var best: [String] = []

  @Flag(name: .long, help: "Show also what is the same")
  var all = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if runs.count < 2 { throw ValidationError("at least two runs are compared") }
    for text in best where Self.direction(text) == nil {
      throw ValidationError("--best takes a metric with ':asc' or ':desc', not '\(text)'")
    }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let directions = Dictionary(best.compactMap(Self.direction), uniquingKeysWith: { $1 })
    let comparison = try workspace.sideBySide(runs, directions: directions)
    if json {
      try session.show(json: SideBySideRendering.json(comparison), of: workspace)
    } else {
      try session.show(
        SideBySideRendering.text(comparison, all: all, terminal: session.terminal), of: workspace, paged: true)
    }
  }

  private static func direction(_ text: String) -> (String, MetricDirection)? {
    for (ending, direction) in [(":asc", MetricDirection.less), (":desc", .more)]
    where text.lowercased().hasSuffix(ending) && text.count > ending.count {
      let name = String(text.dropLast(ending.count))
      return (name.hasPrefix("metrics.") ? String(name.dropFirst(8)) : name, direction)
    }
    return nil
  }
}

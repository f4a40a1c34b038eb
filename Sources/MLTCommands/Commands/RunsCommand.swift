internal import ArgumentParser
internal import Lineage
internal import LineageIndexing
internal import MLTBase

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List runs side by side, sorted and chosen by what they logged",
    discussion: """
      Without options, the latest runs with the parameters and metrics in which they differ.

        mlt runs --sort metrics.f1:desc
        mlt runs --filter "metrics.acc > 0.9 and params.depth = '5'"
        mlt runs --experiment wine --columns params.depth,metrics.f1 --csv > wine.csv

      A filter is written as in MLflow: conditions joined by AND. Metrics and times (start_time, end_time, in \
      milliseconds or as '2026-03-14') are compared with numbers by = != > >= < <=; params, tags, datasets.name, \
      datasets.digest and the attributes run_id, run_name, status, user_id, component, experiment, commit, branch, \
      host, parent and note with texts in quotes by = != LIKE ILIKE IN NOT IN. IS NULL and IS NOT NULL go with all. \
      Names with blanks stand in back-ticks: metrics.`val loss` < 1. Texts compared with != must be there. A status is \
      RUNNING, FINISHED, FAILED or KILLED.

      Runs are sorted by values, whichever end comes first; then come NaN, then runs without one. Equals are sorted by \
      start, the latest first.
      """)

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Sort by a metric, parameter, tag or attribute, as 'metrics.f1:desc' (can be repeated)",
      valueName: "key[:asc|:desc]"))
  var sort: [String] = []

  @OptionGroup var chosen: ChosenRuns

  @Option(
    name: .long,
    help: ArgumentHelp("Show these, separated by commas (default: what differs, as far as it fits)", valueName: "names")
  )
  var columns: String?

  @Option(
    name: [.customShort("n", allowingJoined: true), .customLong("limit")],
    help: "At most this many runs, 0 for all (default: 20; all with --json and --csv)")
  var limit: Int?

  @Flag(name: .long, help: "List deleted runs too")
  var deleted = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  @Flag(name: .long, help: "Print CSV (RFC 4180)")
  var csv = false

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0 up") }
    if json, csv { throw ValidationError("--json and --csv can't be given together") }
  }

  func run() throws {
    let order = try RunOrder.keys(sort)
    let filter = try chosen.parsedFilter
    let session = try Session()
    let workspace = try session.workspace()
    let limit = limit ?? (json || csv ? 0 : 20)
    let board = try workspace.leaderboard(
      filter, component: chosen.component, experiment: chosen.experiment, sortedBy: order,
      limit: limit == 0 ? nil : limit,
      includesDeleted: deleted)
    let named = (order.map(\.field) + (filter?.fields ?? [])).filter(RunTable.isShown)
    let table = RunTable(board.runs)
    let shown = try columns.map { try table.columns(named: $0) }
    if json {
      try session.show(json: LeaderboardRendering.json(board), of: workspace)
    } else if csv {
      try session.show(LeaderboardRendering.csv(table, columns: shown), of: workspace)
    } else {
      try session.show(
        LeaderboardRendering.text(board, table, columns: shown, named: named, terminal: session.terminal),
        of: workspace, paged: true)
    }
  }
}

/// Which runs are meant.
struct ChosenRuns: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Only runs that match, as \"metrics.f1 > 0.9\"", valueName: "filter"))
  var filter: String?

  @Option(name: [.short, .long], help: "Only runs of this component")
  var component: String?

  @Option(name: .long, help: "Only tries of this experiment")
  var experiment: String?

  /// The filter, read.
  var parsedFilter: RunFilter? {
    get throws(LeaderboardError) {
      guard let filter else { return nil }
      return try RunFilter(parsing: filter)
    }
  }
}

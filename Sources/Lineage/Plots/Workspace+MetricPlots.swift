internal import Journaling
internal import LineageIndexing
internal import MLTBase
public import Plotting

extension Workspace {
  /// The most runs that curves are drawn of where nobody says how many; more can't be told apart.
  private static let curveLimit = 8

  /// Draws metrics of runs: a chart for each metric, in which each run has a curve.
  ///
  /// - Throws: ``PlotError``, ``WorkspaceError/unknownPointer(_:similar:)`` and its like; failures of the index.
  public func charts(_ request: PlotRequest) throws -> [Chart] {
    var metrics: [String] = []
    var runs: [RunID] = []
    for argument in request.arguments {
      if try has(metric: argument) {
        if !metrics.contains(argument) { metrics.append(argument) }
      } else if let run = try namedRun(argument, first: metrics.isEmpty) {
        if !runs.contains(run) { runs.append(run) }
      } else {
        throw PlotError.unknownMetric(argument, similar: try similarMetrics(argument))
      }
    }
    guard let first = metrics.first else { throw PlotError.noMetric }
    if runs.isEmpty {
      let board = try leaderboard(
        RunFilter.having(.metric(first), request.filter), component: request.component,
        experiment: request.experiment, limit: request.limit ?? (request.choosesRuns ? Self.curveLimit : 1))
      runs = board.runs.map(\.summary.id)
    }
    return try metrics.map { metric in try chart(metric, runs, request) }
  }

  private func has(metric: String) throws -> Bool {
    try !index.runs(
      RunSearch(conditions: [.present(.metric(metric), true)], limit: 1, includesDeleted: true)
    ).isEmpty
  }

  // What is no metric must be a run; in the first place a mistyped metric is the likelier.
  private func namedRun(_ argument: String, first: Bool) throws -> RunID? {
    do {
      return try runBehind(argument)
    } catch let error as WorkspaceError {
      guard case .unknownPointer = error else { throw error }
      if first { return nil }
      if try !similarMetrics(argument).isEmpty { return nil }
      throw error
    }
  }

  private func similarMetrics(_ name: String) throws -> [String] {
    var names: Set<String> = []
    for values in try index.values(of: index.runs(RunSearch(limit: 200))) { names.formUnion(values.metrics.keys) }
    return Similarity.nearest(to: name, among: names, limit: 3)
  }

  private func chart(_ metric: String, _ runs: [RunID], _ request: PlotRequest) throws -> Chart {
    let histories = try runs.map { try index.metrics(of: $0, key: metric) }
    guard histories.contains(where: { !$0.isEmpty }) else { throw PlotError.nothingToDraw(metric: metric) }
    let hasSteps = histories.contains { history in history.contains { $0.step != history[0].step } }
    let isLone = histories.allSatisfy { $0.count < 2 }
    let width = request.width ?? (hasSteps || isLone ? .step : .relative)
    var series: [Chart.Series] = []
    for (run, history) in zip(runs, histories) where !history.isEmpty {
      let sorted = width == .step ? history : history.sorted { $0.at < $1.at }
      let start = sorted[0].at.microseconds
      let points = sorted.map { value -> Chart.Point in
        let x =
          switch width {
          case .step: Double(value.step)
          case .time: Double(value.at.microseconds) / 1_000_000
          case .relative: (Double(value.at.microseconds) - Double(start)) / 1_000_000
          }
        return Chart.Point(x: x, y: value.value)
      }
      series.append(Chart.Series(name: try curveName(run), points: points).smoothed(request.smoothing))
    }
    return Chart(
      title: metric, xLabel: width == .step ? "step" : width == .time ? "time" : "time since the first value",
      yLabel: metric, scale: width == .step ? .whole : width == .time ? .moment : .length,
      isLogarithmic: request.isLogarithmic, series: series)
  }

  private func curveName(_ run: RunID) throws -> String {
    guard let summary = try index.summaries([run]).first else { return run.short }
    return run.short + "  " + (summary.name ?? summary.component)
  }

  // MARK: Runs as points

  /// Draws each run as a point, by two of its metrics or parameters.
  ///
  /// Runs of several components are told apart.
  ///
  /// - Throws: ``PlotError``; failures of the index.
  public func scatter(_ across: String, _ up: String, _ request: PlotRequest) throws -> Chart {
    let fields = try [across, up].map { name in
      guard let field = FieldName.field(name), RunTable.isShown(field) else { throw PlotError.unsuitableField(name) }
      return field
    }
    let board = try leaderboard(
      request.filter, component: request.component, experiment: request.experiment, limit: request.limit)
    var groups: [(component: String, points: [Chart.Point])] = []
    for run in board.runs {
      guard let x = Self.number(fields[0], run), let y = Self.number(fields[1], run) else { continue }
      let component = run.summary.component
      let place = groups.firstIndex { $0.component == component } ?? groups.count
      if place == groups.count { groups.append((component, [])) }
      groups[place].points.append(Chart.Point(x: x, y: y))
    }
    if groups.isEmpty { throw PlotError.nothingToDraw(metric: "\(across), \(up)") }
    return Chart(
      title: "\(up) by \(across)", xLabel: across, yLabel: up, mark: .point,
      scale: Self.scale(fields[0], groups.flatMap(\.points)),
      isLogarithmic: request.isLogarithmic,
      series: groups.sorted { $0.component.utf8.lexicographicallyPrecedes($1.component.utf8) }.map {
        Chart.Series(name: $0.component, points: $0.points)
      })
  }

  private static func scale(_ field: RunField, _ points: [Chart.Point]) -> Chart.Scale {
    if field == .attribute(.started) || field == .attribute(.ended) { return .moment }
    return points.allSatisfy { Int64(exactly: $0.x) != nil } ? .whole : .number
  }

  private static func number(_ field: RunField, _ run: ListedRun) -> Double? {
    switch (RunTable.cell(field, of: run), field) {
    case (.number(let value), _): value
    case (.text(let text), .attribute(.started)), (.text(let text), .attribute(.ended)):
      Timestamp(text).map { Double($0.microseconds) / 1_000_000 }
    case (.text(let text), _): Double(text)
    case (nil, _): nil
    }
  }
}

internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase
internal import Plotting

/// How the review document of a version reads.
enum ModelCardRendering {
  private typealias Block = CardDocument.Block

  static func document(_ card: ModelCard) -> CardDocument {
    let version = card.details.standing.version
    var document = CardDocument(title: "\(card.details.model.name), version \(version.label)")
    document.add("Version", identity(card))
    document.add("Use case", useCase(card))
    document.add("Data", data(card))
    document.add("Lineage", [.graph(TraceGraph(card.trace).mermaid, lineage(card))])
    document.add("Code", code(card))
    document.add("Parameters", parameters(card))
    document.add("Metrics", metrics(card))
    document.add("Compared with production", production(card))
    document.add("Other tries", tries(card))
    document.add("Packages", packages(card))
    document.add("Replicability", replicability(card))
    let flags = card.details.flagged.map { (0, "\($0.path)  \(ChangeRendering.flagText($0.flag))") }
    document.add("Open flags", flags.isEmpty ? [.line("None.")] : [.list(flags)])
    let review = ModelReviewRendering.lines(card.details.review)
    document.add("Review", review.isEmpty ? [.line("Nobody was asked.")] : [.list(review.map { (0, $0) })])
    return document
  }

  // MARK: Sections

  private static func identity(_ card: ModelCard) -> [Block] {
    let version = card.details.standing.version
    let artifact = version.artifact
    var rows = [
      ["stage", ModelRendering.marks(version).isEmpty ? "None" : ModelRendering.marks(version)],
      ["registered", ModelRendering.said(version.said, at: version.registered)],
      ["path", artifact.path], ["content", artifact.content?.hex ?? ""], ["size", Formatting.size(artifact.size)],
    ]
    if !version.tags.isEmpty { rows.append(["tags", RunRendering.pairs(version.tags)]) }
    if let decision = lastDecision(card) { rows.append(["decision", decision]) }
    return [.table(["", ""], rows)]
  }

  private static func lastDecision(_ card: ModelCard) -> String? {
    for event in card.details.model.history.reversed() {
      if case .decided(let fact) = event.kind, event.version == card.details.standing.version.id { return fact.reason }
    }
    return nil
  }

  private static func useCase(_ card: ModelCard) -> [Block] {
    [card.details.model.summary, card.details.standing.version.summary, card.note].compactMap { $0 }
      .map { .markdown($0) }
  }

  private static func data(_ card: ModelCard) -> [Block] {
    let rows = card.details.standing.sources.map { edge in
      [
        edge.input.path, edge.input.content?.hex ?? "", Formatting.size(edge.input.size),
        RunRendering.origin(edge, component: { _ in nil }, StyledText(colour: false)),
      ]
    }
    return rows.isEmpty ? [.line("No data are known.")] : [.table(["path", "content", "size", "from"], rows)]
  }

  private static func lineage(_ card: ModelCard) -> [(depth: Int, text: String)] {
    card.trace.nodes.flatMap { node in
      [(node.depth, "\(node.run.component) \(node.run.id.short): \(node.outputs.map(\.path).joined(separator: ", "))")]
        + node.inputs.map { edge in
          (node.depth + 1, "reads \(edge.input.path) \(edge.input.content?.short ?? "")")
        }
    }
  }

  private static func code(_ card: ModelCard) -> [Block] {
    guard let run = card.details.standing.run else { return [.line("No run is known that made it.")] }
    var rows = [["run", run.id.hex], ["component", run.component], ["by", run.user]]
    if let git = run.git {
      rows.append(["commit", git.commit ?? "none yet"])
      rows.append(["code", git.isDirty ? "differs from the commit" : "as committed"])
      if let branch = git.branch { rows.append(["branch", branch]) }
    }
    rows.append(["started", Formatting.time(run.started)])
    if let experiment = run.experiment { rows.append(["experiment", experiment]) }
    let hazards = run.hazards.map(HazardText.of)
    return [.table(["", ""], rows), .code(RunRendering.command(run.command))]
      + (hazards.isEmpty ? [] : [.list(hazards.map { (0, $0) })])
  }

  private static func parameters(_ card: ModelCard) -> [Block] {
    let parameters = card.details.standing.run?.parameters ?? [:]
    if parameters.isEmpty { return [] }
    return [.table(["parameter", "value"], parameters.sorted { $0.key < $1.key }.map { [$0.key, $0.value] })]
  }

  private static func metrics(_ card: ModelCard) -> [Block] {
    let latest = card.details.standing.run?.metricsLatest ?? [:]
    var blocks: [Block] = []
    if !latest.isEmpty {
      blocks.append(
        .table(["metric", "value"], latest.sorted { $0.key < $1.key }.map { [$0.key, Formatting.number($0.value)] }))
    }
    for (key, points) in card.series where points.count > 1 {
      let isStepped = Set(points.map(\.step)).count > 1
      let places = points.map {
        Chart.Point(x: isStepped ? Double($0.step) : Double($0.at.microseconds), y: $0.value)
      }
      let curve = Chart(
        title: key, xLabel: "", yLabel: key, scale: isStepped ? .whole : .moment,
        series: [Chart.Series(name: "", points: places)])
      let ends = [points.first, points.last].compactMap { $0 }.map { Formatting.number($0.value) }
      blocks.append(
        .curve(curve, "\(key): \(ends.joined(separator: " → ")), \(Formatting.count(points.count, "value"))"))
    }
    let rows = card.measuring.filter { !$0.isMaker }.flatMap { measuring in
      measuring.run.metricsLatest.sorted { $0.key < $1.key }.map {
        [
          $0.key, Formatting.number($0.value), "\(measuring.run.component) \(measuring.run.id.short)",
          measuring.data.map { "\($0.path) \($0.content?.short ?? "")" }.joined(separator: ", "),
        ]
      }
    }
    if !rows.isEmpty { blocks.append(.table(["metric", "value", "measured by", "on"], rows)) }
    return blocks
  }

  private static func production(_ card: ModelCard) -> [Block] {
    guard let production = card.production else {
      let isThere = card.details.standing.version.stage == .production
      return [.line(isThere ? "This version is in production." : "Nothing is in production.")]
    }
    var rows: [[String]] = []
    for key in metricNames(card.measuring + card.measuringProduction) {
      // Where both were measured on the same data, those values.
      let common = Set(card.measuringProduction.filter { $0.run.metricsLatest[key] != nil }.compactMap(\.basis))
      let all = card.measuring.filter { $0.run.metricsLatest[key] != nil }
      let here = all.first { $0.basis.map(common.contains) ?? false } ?? all.first
      rows.append([
        key, here?.run.metricsLatest[key].map { Formatting.number($0) } ?? "",
        value(of: key, card.measuringProduction, beside: here.map { [$0] } ?? []),
      ])
    }
    if let here = card.details.standing.run, let there = production.run {
      for key in Set(here.parameters.keys).union(there.parameters.keys).sorted()
      where here.parameters[key] != there.parameters[key] {
        rows.append([key, here.parameters[key] ?? "", there.parameters[key] ?? ""])
      }
    }
    if rows.isEmpty {
      return [.line("Version \(production.version.label) is in production; nothing is known that they differ in.")]
    }
    return [.table(["", "this version", "version \(production.version.label)"], rows)]
  }

  private static func tries(_ card: ModelCard) -> [Block] {
    if card.tries.isEmpty { return [] }
    let runs = card.tries.map(\.run) + (card.details.standing.run.map { [$0] } ?? [])
    let metrics = metricNames(card.tries.flatMap(\.measuring) + card.measuring, runs)
    let parameters = Set(runs.flatMap(\.parameters.keys)).sorted().filter { key in
      Set(runs.map { $0.parameters[key] }).count > 1
    }
    let rows = card.tries.map { item in
      [
        item.run.name ?? item.run.id.short, Formatting.time(item.run.started),
        RunRendering.outcome(item.run.status, item.run.exit),
      ]
        + metrics.map { key in
          item.measuring.isEmpty
            ? item.run.metricsLatest[key].map { Formatting.number($0) } ?? ""
            : value(of: key, item.measuring, beside: card.measuring)
        }
        + parameters.map { item.run.parameters[$0] ?? "" }
        + [item.versions.map { ModelRendering.line($0) }.joined(separator: ", ")]
    }
    let table = Block.table(["run", "started", "ended"] + metrics + parameters + ["registered"], rows)
    return [table]
      + (card.omitted > 0 ? [.line("And \(card.isUncounted ? "more than " : "")\(card.omitted) earlier ones.")] : [])
  }

  private static func metricNames(_ measuring: [MeasuringRun], _ runs: [RunRecord] = []) -> [String] {
    Set((measuring.map(\.run) + runs).flatMap(\.metricsLatest.keys)).sorted()
  }

  /// A metric of something that stands beside the card's version: as measured on the data that the version was measured on,
  /// or else its latest value, and that it was measured on other data.
  private static func value(of key: String, _ measuring: [MeasuringRun], beside version: [MeasuringRun]) -> String {
    let values = measuring.filter { $0.run.metricsLatest[key] != nil }
    guard let latest = values.first else { return "" }
    let measured = version.filter { $0.run.metricsLatest[key] != nil }
    let data = measured.compactMap(\.basis)
    let same = data.lazy.compactMap { data in values.first { $0.basis == data } }.first
    let number = (same ?? latest).run.metricsLatest[key].map { Formatting.number($0) } ?? ""
    if same != nil || measured.isEmpty { return number }
    // Where the data of either isn't known, nobody can say whether it is other data.
    return number + (data.isEmpty || latest.basis == nil ? " (on unknown data)" : " (on other data)")
  }

  private static func packages(_ card: ModelCard) -> [Block] {
    guard let environment = card.environment else { return [] }
    let rows =
      environment.interpreters.map { [$0.name, $0.version] } + environment.packages.map { [$0.name, $0.version] }
    return rows.isEmpty ? [] : [.table(["package", "version"], rows)]
  }

  private static func replicability(_ card: ModelCard) -> [Block] {
    if card.replications.isEmpty { return [.line("It wasn't made again yet.")] }
    let out = StyledText(colour: false)
    return [.list(card.replications.flatMap { ReplicationText.lines(of: $0.fact, at: $0.at, out) }.map { (0, $0) })]
  }
}

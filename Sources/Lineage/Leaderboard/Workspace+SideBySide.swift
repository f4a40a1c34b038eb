internal import Journaling
internal import LineageIndexing
internal import MLTBase

extension Workspace {
  /// Puts runs side by side.
  ///
  /// - Parameters:
  ///   - pointers: what names the runs: their ids, what they made, or versions of models (`models:/wine/3`).
  ///   - directions: which way metrics are better, where their names don't say.
  /// - Throws: ``WorkspaceError/unknownPointer(_:similar:)`` and its like, ``ModelError``,
  ///   ``LeaderboardError/modelWithoutRun(_:)``; failures of the index.
  public func sideBySide(_ pointers: [String], directions: [String: MetricDirection] = [:]) throws -> SideBySide {
    var runs: [(pointer: String, run: RunID, name: String?)] = []
    var columns: [[SideBySide.Part: [String: RunTable.Cell]]] = []
    for pointer in pointers {
      let id = try runBehind(pointer)
      guard let record = try index.run(id) else { throw WorkspaceError.unknownPointer(pointer, similar: []) }
      runs.append((pointer, id, record.name))
      columns.append(try column(record))
    }
    var parts: [(part: SideBySide.Part, rows: [SideBySide.Row])] = []
    for part in SideBySide.Part.allCases {
      let names = Set(columns.flatMap { $0[part, default: [:]].keys })
      let order = part == .run ? Self.attributeOrder : names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      var rows = order.filter { names.contains($0) }.map { name in
        SideBySide.Row(name: name, values: columns.map { $0[part]?[name] })
      }
      if part == .metrics {
        for place in rows.indices {
          rows[place].best = Self.best(
            rows[place], directions[rows[place].name] ?? MetricDirection(metric: rows[place].name))
        }
      }
      if !rows.isEmpty { parts.append((part, rows.filter { !$0.isSame } + rows.filter { $0.isSame })) }
    }
    return SideBySide(runs: runs, parts: parts)
  }

  /// The run that a pointer names; for a version of a model the one that it was registered with.
  func runBehind(_ pointer: String) throws -> RunID {
    guard pointer.hasPrefix(ModelReference.scheme) else { return try run(of: pointer) }
    // The name of a model alone stands for its latest version here.
    var pointer = pointer
    if var reference = ModelReference(pointer), reference.choice == nil {
      reference.choice = .latest
      pointer = reference.description
    }
    let version = try namedVersion(of: pointer).0.version
    guard let run = try version.run ?? producer(of: version.artifact) else {
      throw LeaderboardError.modelWithoutRun(pointer)
    }
    return run
  }

  private static let attributeOrder = [
    "component", "experiment", "status", "started", "duration", "command", "commit", "branch", "user", "host",
  ]

  private func column(_ run: RunRecord) throws -> [SideBySide.Part: [String: RunTable.Cell]] {
    var attributes: [String: RunTable.Cell] = [
      "component": .text(run.component), "status": .text(run.status.rawValue),
      "started": .text(run.started.description), "user": .text(run.user), "host": .text(run.host),
    ]
    attributes["experiment"] = run.experiment.map { .text($0) }
    attributes["duration"] = run.usage.map { .number(Double($0.wall) / 1_000_000) }
    if !run.command.isEmpty {
      attributes["command"] = .text(
        (StageCommandLine.commands(of: run.command) ?? [run.command.joined(separator: " ")]).joined(separator: " && "))
    }
    attributes["commit"] = run.git?.commit.map { .text($0 + (run.git?.isDirty == true ? ", dirty" : "")) }
    attributes["branch"] = run.git?.branch.map { .text($0) }
    var inputs: [String: RunTable.Cell] = [:]
    for file in try index.files(of: run.id, role: .input) {
      inputs[file.path] = .text(file.content?.hex ?? file.problem ?? "content unknown")
    }
    var packages: [String: RunTable.Cell] = [:]
    if let environment = try index.environment(of: run.id) {
      for interpreter in environment.interpreters { packages[interpreter.name] = .text(interpreter.version) }
      for package in environment.packages { packages["\(package.system) \(package.name)"] = .text(package.version) }
    }
    return [
      .run: attributes, .params: run.parameters.mapValues { .text($0) },
      .metrics: run.metricsLatest.mapValues { .number($0) }, .tags: run.tags.mapValues { .text($0) },
      .inputs: inputs, .packages: packages,
    ]
  }

  private static func best(_ row: SideBySide.Row, _ direction: MetricDirection?) -> [Int] {
    guard let direction, !row.isSame else { return [] }
    let numbers = row.values.map { cell -> Double? in
      if case .number(let value) = cell, !value.isNaN { value } else { nil }
    }
    let known = numbers.compactMap { $0 }
    guard known.count > 1, let best = direction == .less ? known.min() : known.max() else { return [] }
    return numbers.indices.filter { numbers[$0] == best }
  }
}

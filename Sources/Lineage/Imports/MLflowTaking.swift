internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage
internal import TrackingStores

/// Takes the runs of an MLflow store over, some at a time, each whole or not at all.
final class MLflowTaking {
  /// How many runs, or how many values, are written down at once.
  private static let batch = (runs: 200, values: 200_000)
  /// How many bytes of text count as one value.
  private static let bytesOfValue = 32

  let workspace: Workspace
  let store: any MLflowStore
  let places: ArtifactPlaces
  let runs: ImportedRuns
  let request: MLflowImportRequest
  var report: TrackingImportReport
  let redaction: Redaction
  private var pending: [(run: TrackedRun, experiment: TrackedExperiment, id: RunID)] = []
  private var pendingValues = 0
  private var seen: Set<RunID> = []
  // The runs whose artifacts' folder would be in one that isn't there, by that one.
  private var absent: [String: Set<String>] = [:]
  // Runs of what is pending that the journal didn't take.
  private var refused = 0

  init(
    _ workspace: Workspace, _ store: any MLflowStore, _ places: ArtifactPlaces, _ identity: String,
    _ request: MLflowImportRequest, _ report: TrackingImportReport
  ) {
    self.workspace = workspace
    self.store = store
    self.places = places
    self.request = request
    self.report = report
    runs = ImportedRuns(workspace: workspace, tool: "mlflow", store: identity)
    redaction = Redaction(environment: workspace.context.environment)
  }

  /// Takes the runs of an experiment.
  func take(_ experiment: TrackedExperiment) throws {
    var group = TrackingImportReport.Group(name: experiment.name)
    for id in try reading({ () throws(TrackingStoreError) in try store.runs(of: experiment) }) {
      if workspace.monitor.isCancelled?() == true { throw StorageError.cancelled }
      let place = try runs.place(of: id)
      // Two runs of one id are one run.
      guard seen.insert(place.run).inserted else { continue }
      guard let run = try reading({ () throws(TrackingStoreError) in try store.run(id, of: experiment) }) else {
        continue
      }
      if let known = place.known {
        if try goOn(run, experiment, known) { group.continued += 1 } else { group.known += 1 }
        continue
      }
      group.added += 1
      report.points += run.metrics.count
      pending.append((run, experiment, place.run))
      pendingValues += run.metrics.count
      for (name, text) in [run.parameters, run.tags].joined() {
        pendingValues += (name.utf8.count + text.utf8.count) / Self.bytesOfValue
      }
      if pending.count >= Self.batch.runs || pendingValues >= Self.batch.values { try flush() }
    }
    try flush()
    group.added -= refused
    refused = 0
    report.groups.append(group)
  }

  private func reading<Value>(_ body: () throws(TrackingStoreError) -> Value) throws(TrackingImportError) -> Value {
    do throws(TrackingStoreError) {
      return try body()
    } catch {
      throw .store(error)
    }
  }

  // MARK: New runs

  private func flush() throws {
    defer { (pending, pendingValues) = ([], 0) }
    if pending.isEmpty { return }
    if request.isTrial {
      for (run, experiment, _) in pending {
        check(run, experiment)
        look(run, experiment)
      }
      return
    }
    let before = report
    do {
      try record(pending)
    } catch let error as JournalError where error.isRefusal {
      // One run mustn't keep the others away.
      report = before
      for one in pending {
        let before = report
        do {
          try record([one])
        } catch let error as JournalError where error.isRefusal {
          report = before
          report.points -= one.run.metrics.count
          report.problems.append(TrackingProblem("run \(one.run.id)", "it is too large to be recorded: \(error)"))
          refused += 1
        }
      }
    }
    try workspace.index.catchUp(workspace.journal)
  }

  private func record(_ runs: [(run: TrackedRun, experiment: TrackedExperiment, id: RunID)]) throws {
    let before = report
    _ = try workspace.storing { writer in
      // What is stored again after a collection is told once.
      report = before
      let content = ImportedContent(writer: writer, monitor: workspace.monitor)
      return try runs.flatMap { try facts(of: $0.run, $0.experiment, as: $0.id, content) }
    } thenRecord: { (facts: [any Fact]) in
      try workspace.record(facts, durable: true)
    }
  }

  /// Notes what of a run can't be taken.
  private func check(_ run: TrackedRun, _ experiment: TrackedExperiment) {
    let facts = MLflowRunFacts(run: run, experiment: experiment, redaction: redaction, root: workspace.root)
    for name in facts.badNames {
      report.problems.append(TrackingProblem("run \(run.id)", "'\(name)' can't be the name of a parameter or metric"))
    }
    if run.started == nil {
      report.problems.append(
        TrackingProblem(
          "run \(run.id)",
          "nobody can read when it started; it counts from " + (run.ended == nil ? "its import" : "its end")))
    }
    for name in facts.cutParameters {
      let limit = LoggedName.valueLimit
      report.problems.append(
        TrackingProblem("run \(run.id)", "of parameter '\(name)' only the first \(limit) bytes can be recorded"))
    }
  }

  private func facts(
    of run: TrackedRun, _ experiment: TrackedExperiment, as id: RunID, _ content: ImportedContent
  ) throws -> [any Fact] {
    check(run, experiment)
    let made = MLflowRunFacts(run: run, experiment: experiment, redaction: redaction, root: workspace.root)
    let parent = try made.parent.map { try runs.place(of: $0).run }
    let outputs = try artifacts(of: run, experiment, content)
    var logged = RunLogged.batches(of: made.metrics, run: id)
    let ended = made.ended(as: id, inputs: made.inputs, outputs: outputs)
    if ended == nil, !(outputs.isEmpty && made.inputs.isEmpty) {
      logged.append(RunLogged(run: id, inputs: made.inputs, outputs: outputs))
    }
    var facts = runs.facts(made.started(as: id, parent: parent, origin: runs.origin(run.id)), logged, ended)
    facts += annotations(of: run, experiment, outputs)
    if run.isDeleted { facts.append(RunDeleted(run: id)) }
    return facts
  }

  /// What is known of the models that a run logged, as far as they were stored.
  private func annotations(
    of run: TrackedRun, _ experiment: TrackedExperiment, _ outputs: [ArtifactRecord]
  ) -> [any Fact] {
    run.models.compactMap { model in
      guard let record = outputs.first(where: { $0.path == Self.path(of: model, experiment.id) }) else { return nil }
      return ArtifactAnnotated(record, tags: redaction.values(model.tags), said: Attribution(user: run.user))
    }
  }

  // MARK: Runs that are here

  /// Takes what the store says of a run that was imported before and wasn't said then.
  ///
  /// - Returns: whether there was something.
  private func goOn(_ run: TrackedRun, _ experiment: TrackedExperiment, _ known: RunRecord) throws -> Bool {
    let made = MLflowRunFacts(run: run, experiment: experiment, redaction: redaction, root: workspace.root)
    var facts: [any Fact] = []
    var goesOn = false
    if known.status == .running {
      let there = Set(try workspace.index.metrics(of: known.id).map(MetricKey.init))
      let metrics = made.metrics.filter { !there.contains(MetricKey($0)) }
      let parameters = made.parameters.filter { known.parameters[$0.key] == nil }
      if !metrics.isEmpty || !parameters.isEmpty {
        facts += RunLogged.batches(of: metrics, run: known.id)
        if !parameters.isEmpty { facts.append(RunLogged(run: known.id, parameters: parameters)) }
        report.points += metrics.count
      }
      goesOn = made.ended(as: known.id, inputs: [], outputs: []) != nil
    } else {
      try noteLate(run, experiment, made, known)
    }
    let tags = made.tags.filter { known.tags[$0.key] == nil }
    let note = known.note == nil ? made.note : nil
    if !tags.isEmpty || note != nil {
      facts.append(RunAnnotated(run: known.id, note: note, tags: tags, said: Attribution(user: workspace.identity)))
    }
    facts += standing(of: run, known)
    if facts.isEmpty, !goesOn { return false }
    if request.isTrial { return true }
    if !facts.isEmpty { try workspace.record(facts, durable: true) }
    if goesOn { try end(run, experiment, made, known.id) }
    return true
  }

  /// Notes what a run has that it was imported without, as one that has ended: its record is closed.
  private func noteLate(
    _ run: TrackedRun, _ experiment: TrackedExperiment, _ made: MLflowRunFacts, _ known: RunRecord
  ) throws {
    var kinds: [String] = []
    if !made.metrics.isEmpty {
      let there = Set(try workspace.index.metrics(of: known.id).map(MetricKey.init))
      if made.metrics.contains(where: { !there.contains(MetricKey($0)) }) { kinds.append("metrics") }
    }
    if made.parameters.contains(where: { known.parameters[$0.key] == nil }) { kinds.append("parameters") }
    let tail = [experiment.id, run.id, "artifacts"]
    if request.takesArtifacts, case .local(let folder) = places.place(run.artifacts, tail: tail) {
      let there = Set(try workspace.index.files(of: known.id, role: .output).map(\.path))
      if ImportedContent.names(in: folder, as: Self.path(tail)).contains(where: { !there.contains($0.path) }) {
        kinds.append("artifacts")
      }
    }
    if !kinds.isEmpty { report.late.append(.init(run: run.id, kinds: kinds)) }
  }

  /// Whether a run is there or deleted follows MLflow, where nobody has said otherwise here since.
  private func standing(of run: TrackedRun, _ known: RunRecord) -> [any Fact] {
    let followed = known.tags[MLflowRunFacts.deletedTag] != nil
    switch (run.isDeleted, known.isDeleted) {
    case (true, false) where followed:
      report.notices.append(
        TrackingProblem("run \(run.id)", "it is deleted there, and was restored here, where it stays"))
      return []
    case (true, false): return [RunDeleted(run: known.id)]
    case (false, _) where followed:
      let shown = RunAnnotated(
        run: known.id, untagged: [MLflowRunFacts.deletedTag], said: Attribution(user: workspace.identity))
      return known.isDeleted ? [shown, RunRestored(run: known.id)] : [shown]
    default: return []
    }
  }

  private func end(
    _ run: TrackedRun, _ experiment: TrackedExperiment, _ made: MLflowRunFacts, _ id: RunID
  ) throws {
    try workspace.storing { writer in
      try artifacts(of: run, experiment, ImportedContent(writer: writer, monitor: workspace.monitor))
    } thenRecord: { outputs in
      // Before the end: after it, an import that was killed in between wouldn't come back for them.
      let annotations = annotations(of: run, experiment, outputs)
      if !annotations.isEmpty { try workspace.record(annotations, durable: false) }
      _ = try workspace.recordEnd(of: id, started: nil) { logging in
        guard
          let ended = made.ended(
            as: id, inputs: Self.merged(made.inputs, logging?.inputs), outputs: Self.merged(outputs, logging?.outputs))
        else { throw LoggingError.unknownRun(id.hex) }
        return ended
      }
    }
  }

  /// What the store says by now, and at other paths what was said before.
  private static func merged(_ now: [ArtifactRecord], _ before: [ArtifactRecord]?) -> [ArtifactRecord] {
    var byPath: [String: ArtifactRecord] = [:]
    for record in (before ?? []) + now { byPath[record.path] = record }
    return byPath.values.sorted { $0.path < $1.path }
  }

  // MARK: Artifacts

  /// Stores what a run made.
  private func artifacts(
    of run: TrackedRun, _ experiment: TrackedExperiment, _ content: ImportedContent
  ) throws -> [ArtifactRecord] {
    var records: [ArtifactRecord] = []
    let tail = [experiment.id, run.id, "artifacts"]
    switch places.place(run.artifacts, tail: tail) {
    case .local(let folder) where request.takesArtifacts:
      let name = Self.path(tail)
      records += try take("run \(run.id)") { try content.takeAll(in: folder, as: name) }
    case .remote(let uri):
      note(.remote(uri), "run \(run.id)")
      records.append(
        ArtifactRecord(
          path: PathText.encode(redaction.text(uri).utf8), kind: .uri, content: nil, size: 0, evidence: .declared))
    case .outside(let place): note(.outside(place), "run \(run.id)")
    case .missing: noteAbsence(of: run, experiment)
    case .local: break
    }
    for model in run.models {
      if let record = try self.record(of: model, experiment.id, content) { records.append(record) }
    }
    var names: Set<String> = []
    return records.filter { names.insert($0.path).inserted }.sorted { $0.path < $1.path }
  }

  /// Stores a logged model's files; nil if they aren't here, which is noted.
  func record(
    of model: TrackedLoggedModel, _ experiment: String, _ content: ImportedContent
  ) throws -> ArtifactRecord? {
    let tail = [experiment, "models", model.id, "artifacts"]
    let subject = "model \(model.id)"
    switch places.place(model.location, tail: tail) {
    case .local(let folder):
      guard request.takesArtifacts else { return nil }
      return try take(subject) { try content.take(folder, as: Self.path(tail)).map { [$0] } ?? [] }.first
    case let other: note(other, subject)
    }
    return nil
  }

  /// Notes bytes that aren't to be had.
  func note(_ place: ArtifactPlaces.Place, _ subject: String) {
    switch place {
    case .local: break
    case .remote(let uri): report.missing.append(.init(subject: subject, place: uri, reason: .remote))
    case .outside(let place): report.missing.append(.init(subject: subject, place: place, reason: .outside))
    case .missing(let place): report.missing.append(.init(subject: subject, place: place, reason: .missing))
    }
  }

  // A run that made nothing has no folder. Where there isn't even the one around the runs', the store was taken without its artifacts.
  private func noteAbsence(of run: TrackedRun, _ experiment: TrackedExperiment) {
    // Of a deleted experiment the folder was moved.
    guard request.takesArtifacts, !run.isDeleted else { return }
    let names = run.artifacts.split(separator: "/", omittingEmptySubsequences: false)
    guard names.suffix(2).elementsEqual([run.id[...], "artifacts"]) else { return }
    let around = names.dropLast(2).joined(separator: "/")
    guard case .missing(let place) = places.place(around, tail: [experiment.id]) else { return }
    absent[place, default: []].insert(run.id)
  }

  /// Tells of folders that weren't there.
  func tellAbsences() {
    for (place, runs) in absent.sorted(by: { $0.key < $1.key }) {
      report.notices.append(
        TrackingProblem(
          place,
          "no such folder, so that \(runs.count == 1 ? "1 run has" : "\(runs.count) runs have") no artifacts; they can't be added later"
        ))
    }
  }

  /// Looks for a trial which artifacts couldn't be taken.
  private func look(_ run: TrackedRun, _ experiment: TrackedExperiment) {
    let subject = "run \(run.id)"
    switch places.place(run.artifacts, tail: [experiment.id, run.id, "artifacts"]) {
    case .missing: noteAbsence(of: run, experiment)
    case .local(let folder) where request.takesArtifacts:
      do throws(SystemCallError) {
        _ = try FileOperations.names(in: folder)
      } catch {
        if error.errno != .notDirectory { report.problems.append(TrackingProblem(subject, "\(error)")) }
      }
    case let other: note(other, subject)
    }
    for model in run.models {
      note(places.place(model.location, tail: [experiment.id, "models", model.id, "artifacts"]), "model \(model.id)")
    }
  }

  /// Stores something, and notes what of it couldn't be.
  func take(_ subject: String, _ body: () throws -> [ImportedContent.Taken]) throws -> [ArtifactRecord] {
    do {
      return try body().map { taken in
        report.artifacts += 1
        report.bytes = report.bytes.addingReportingOverflow(taken.record.size).partialValue
        for skipped in taken.skipped {
          let path = taken.record.path + "/" + PathText.encode(skipped.path)
          report.problems.append(TrackingProblem(subject, "'\(path)' can't be stored"))
        }
        return taken.record
      }
    } catch StorageError.unreadable(let error) {
      report.problems.append(TrackingProblem(subject, "\(error)"))
    } catch let error as SystemCallError {
      report.problems.append(TrackingProblem(subject, "\(error)"))
    }
    return []
  }

  /// The path that artifacts are listed at: the one that MLflow itself gives them, wherever the store was.
  static func path(_ tail: [String]) -> String {
    PathText.encode(Array((["mlruns"] + tail).joined(separator: "/").utf8))
  }

  private static func path(of model: TrackedLoggedModel, _ experiment: String) -> String {
    path([experiment, "models", model.id, "artifacts"])
  }
}

/// What tells values of metrics apart.
private struct MetricKey: Hashable {
  private let key: String
  private let step: Int64
  private let at: Int64
  private let value: UInt64

  init(_ metric: RunLogged.Metric) {
    key = metric.key
    step = metric.step
    at = metric.at.microseconds
    value = (metric.value.isNaN ? .nan : metric.value == 0 ? 0 : metric.value).bitPattern
  }
}

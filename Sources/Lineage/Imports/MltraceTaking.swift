internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import TrackingStores

/// Makes of what mltrace knows the facts that say the same here.
struct MltraceTaking {
  let workspace: Workspace
  let store: MltraceStore
  let runs: ImportedRuns
  let redaction: Redaction

  /// The runs that aren't here yet.
  func newRuns(_ report: inout TrackingImportReport) throws -> [(run: MltraceStore.Run, id: RunID)] {
    var fresh: [(run: MltraceStore.Run, id: RunID)] = []
    var groups: [String: TrackingImportReport.Group] = [:]
    for run in store.runs {
      let place = try runs.place(of: String(run.id))
      if place.known == nil {
        fresh.append((run, place.run))
        if run.started == nil {
          report.problems.append(
            TrackingProblem(
              "component run \(run.id)",
              "nobody can read when it started; it counts from " + (run.ended == nil ? "its import" : "its end")))
        }
        groups[run.component, default: .init(name: run.component)].added += 1
      } else {
        groups[run.component, default: .init(name: run.component)].known += 1
      }
    }
    report.groups = groups.values.sorted { $0.name < $1.name }
    return fresh
  }

  /// The facts of one run.
  func facts(of run: MltraceStore.Run, as id: RunID, _ writer: ObjectWriter) throws -> [any Fact] {
    var tags: [String: String] = [:]
    if !run.dependencies.isEmpty {
      tags["mltrace.dependencies"] = try run.dependencies.map { try runs.place(of: String($0)).run.hex }
        .joined(separator: " ")
    }
    tags["mltrace.mlflow_run_id"] = run.mlflowRun.flatMap { $0.isEmpty ? nil : $0 }
    var inputs = run.inputs.compactMap { pointer($0) }
    if let snapshot = run.snapshot, !snapshot.isEmpty {
      // Under one name for all runs of a component, so that comparing two shows how the code differs.
      let content = try writer.addBytes(snapshot)
      inputs.append(
        ArtifactRecord(
          path: PathText.encode(Array("mltrace/\(run.component).py".utf8.filter { $0 != 0 })), kind: .file,
          content: content, size: Int64(snapshot.count), evidence: .declared, isStored: true))
    }
    let started = RunStarted(
      run: id, component: redaction.text(run.component), command: [], directory: ".",
      git: run.commit.flatMap {
        $0.isEmpty ? nil : GitState(commit: $0, branch: nil, remote: nil, isDirty: false)
      }, host: "", user: "", tags: tags,
      note: run.note.isEmpty ? nil : redaction.text(run.note), began: run.started ?? run.ended,
      origin: runs.origin(String(run.id)))
    var usage: RunUsage?
    if let began = run.started, let ended = run.ended, began.microseconds <= ended.microseconds {
      usage = RunUsage(wall: ended.microseconds - began.microseconds, user: 0, system: 0, memory: 0)
    }
    // mltrace records what came to its end, and nothing else.
    let ended = RunEnded(
      run: id, status: .finished, exit: 0, evidence: .declared, inputs: inputs.sorted { $0.path < $1.path },
      outputs: run.outputs.compactMap { pointer($0) }, usage: usage, finished: run.ended ?? run.started)
    return runs.facts(started, [], ended)
  }

  /// Descriptions of components that nobody has described here.
  func componentFacts() throws -> [any Fact] {
    let known = try workspace.components()
    return store.components.compactMap { component in
      let there = known.first { $0.name == component.name }
      let summary = there?.summary == nil && !component.summary.isEmpty ? redaction.text(component.summary) : nil
      let owner = there?.owner == nil && !component.owner.isEmpty ? component.owner : nil
      let tags = there?.tags.isEmpty ?? true && !component.tags.isEmpty ? component.tags : nil
      if summary == nil, owner == nil, tags == nil { return nil }
      return ComponentDescribed(
        name: component.name, summary: summary, owner: owner, tags: tags, said: Attribution(user: workspace.identity))
    }
  }

  /// Flags and labels that aren't here yet.
  func markFacts(_ report: inout TrackingImportReport) throws -> [any Fact] {
    var facts: [any Fact] = []
    let said = Attribution(user: workspace.identity, why: "imported from mltrace")
    let marks = FlagMarks(try workspace.index.flags())
    for name in store.flagged {
      if let artifact = pointer(name), marks.flag(on: artifact) == nil {
        facts.append(ArtifactFlagged(artifact, said: said))
      }
    }
    let standing = try workspace.index.labels()
    for (name, labels) in store.labels.sorted(by: { $0.key < $1.key }) {
      guard let artifact = pointer(name) else { continue }
      let there = standing.filter { $0.subject == Subject(artifact) }.map(\.name)
      let fresh = labels.filter { LabelName.isValid($0) && !there.contains($0) }
      if !fresh.isEmpty { facts.append(ArtifactLabelled(artifact, labels: fresh, said: said)) }
    }
    let retracted = try workspace.index.retractions().compactMap { change in
      if case .label(let name) = change.subject { name } else { nil }
    }
    for label in store.retracted where LabelName.isValid(label) && !retracted.contains(label) {
      facts.append(LabelRetracted(label, said: said))
    }
    report.marks = facts.count
    return facts
  }

  /// What mltrace calls a pointer: something that is known by name alone.
  private func pointer(_ name: String) -> ArtifactRecord? {
    guard !name.isEmpty, !name.utf8.contains(0) else { return nil }
    return ArtifactRecord(
      path: PathText.encode(redaction.text(name).utf8), kind: .uri, content: nil, size: 0, evidence: .declared)
  }
}

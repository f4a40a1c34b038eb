internal import Journaling
internal import MLTBase
internal import ObjectStorage
internal import Synchronization
internal import SystemPackage
internal import TestSupport

/// Writes a simulated month down as `mlt` would have recorded it.
struct RepositoryWriting {
  private let drawing: Drawing
  private let month: Simulation

  init(_ drawing: Drawing, _ month: Simulation) {
    self.drawing = drawing
    self.month = month
  }

  /// The id of a run, which depends on the seed alone.
  static func id(of run: SimulatedRun, _ pipeline: Pipeline, _ drawing: Drawing) -> RunID {
    var generator = drawing.generator("id \(pipeline.components[run.component].name) \(run.day) \(run.attempt)")
    return RunID.random(using: &generator)
  }

  func write(into root: FilePath) throws {
    let folder = root.appending(".mlt")
    try FileOperations.createFolder(folder)
    try FileOperations.createFolder(folder.appending("tmp"))
    try FileOperations.replace(folder.appending(".gitignore"), with: Array("*\n".utf8))
    try ObjectStore.create(in: folder)
    try Journal.create(in: folder, host: "bench")
    try RepositoryFormat.write(in: folder)
    let writer = try ObjectStore(folder: folder).begin()
    for content in month.contents.keys.sorted() { _ = try writer.addBytes(month.contents[content] ?? []) }
    try writer.finish()
    try record(in: folder)
  }

  private func record(in folder: FilePath) throws {
    let now = Moment()
    let journal = try Journal(folder: folder, host: "bench", clock: WallClock(now: { now.value }))
    var facts: [any Fact] = []
    for owner in month.pipeline.components {
      facts.append(ComponentDescribed(name: owner.name, owner: owner.owner))
    }
    now.value = Timestamp(microseconds: Calendar.moment(1, minute: 0))
    try journal.append(facts, durable: false)
    for run in month.runs.sorted(by: { $0.started < $1.started }) {
      let (started, logged, ended) = self.facts(run)
      now.value = Timestamp(microseconds: run.started)
      try journal.append([started], durable: false)
      now.value = Timestamp(microseconds: run.ended)
      try journal.append((logged.map { [$0 as any Fact] } ?? []) + [ended], durable: false)
    }
  }

  private func facts(_ run: SimulatedRun) -> (RunStarted, RunLogged?, RunEnded) {
    let step = month.pipeline.components[run.component]
    let id = Self.id(of: run, month.pipeline, drawing)
    let started = RunStarted(
      run: id, component: step.name, command: run.command, directory: ".",
      git: GitState(
        commit: run.commit, branch: "main", remote: "https://example.org/pipeline.git", isDirty: false),
      host: run.host, user: run.user, parameters: run.parameters)
    let logged =
      run.metrics.isEmpty
      ? nil
      : RunLogged(
        run: id,
        metrics: run.metrics.map {
          .init(key: $0.name, value: $0.value, step: 0, at: Timestamp(microseconds: run.ended))
        })
    var environment = RunEnvironment()
    environment.interpreters = [.init(name: "python", version: "3.11.7", path: "/usr/bin/python3.11", isNamed: true)]
    environment.packages = run.packages.map { .init(system: "python", name: $0.name, version: $0.version) }
    environment.machine = ["architecture": "x86_64", "os": "Linux"]
    var inputs = run.inputs.map(record)
    if step.kind == .ingest {
      inputs.append(
        ArtifactRecord(
          path: "s3://lake/\(step.output.base)/\(Calendar.date(run.day))", kind: .uri, content: nil, size: 0,
          evidence: .declared))
    }
    var ended = RunEnded(
      run: id, status: run.isFailed ? .failed : .finished, exit: run.isFailed ? 1 : 0, evidence: .observed,
      inputs: inputs.sorted { $0.path < $1.path }, outputs: run.outputs.map(record).sorted { $0.path < $1.path },
      environment: environment,
      usage: RunUsage(wall: run.ended - run.started, user: 1_000_000, system: 100_000, memory: 200 << 20))
    ended.record = RunDigest.contentID(
      started: started.fields, logged: logged.map { [$0.fields] } ?? [], ended: ended.fields)
    return (started, logged, ended)
  }

  private func record(_ file: SimulatedRun.File) -> ArtifactRecord {
    ArtifactRecord(
      path: file.path, kind: .file, content: file.content, size: Int64(file.size), evidence: .observed, isStored: true,
      isInGit: file.isInGit)
  }

  /// The time that the journal is told.
  private final class Moment: Sendable {
    private let moment = Mutex(Timestamp(microseconds: 0))

    var value: Timestamp {
      get { moment.withLock { $0 } }
      set { moment.withLock { $0 = newValue } }
    }
  }
}

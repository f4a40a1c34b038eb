internal import GitAccess
internal import Journaling
internal import MLTBase
internal import SystemPackage
internal import TrackingStores

/// Makes of a run of MLflow's the facts that say the same here.
struct MLflowRunFacts {
  /// Tags that have a place of their own here.
  private static let homes: Set<String> = [
    "mlflow.runName", "mlflow.user", "mlflow.source.git.commit", "mlflow.source.git.branch",
    "mlflow.source.git.repoURL",
    "mlflow.note.content", "mlflow.parentRunId",
  ]
  /// Sources whose names say nothing of what ran.
  private static let hosts: Set<String> = [
    "ipykernel_launcher", "colab_kernel_launcher", "__main__", "-c", "pytest", "python", "python3",
  ]
  /// The tag of a run that is deleted because MLflow has deleted it.
  static let deletedTag = "mlflow.deleted"

  let run: TrackedRun
  let experiment: TrackedExperiment
  let redaction: Redaction
  let root: FilePath

  /// The tags that stay tags.
  var tags: [String: String] {
    var tags = redaction.values(run.tags.filter { !Self.homes.contains($0.key) && !$0.key.isEmpty })
    if run.isDeleted { tags[Self.deletedTag] = "true" }
    return tags
  }

  /// The note in Markdown, if there is one.
  var note: String? {
    run.tags["mlflow.note.content"].flatMap { $0.isEmpty ? nil : redaction.text($0) }
  }

  /// The run that it was started within, by MLflow's id.
  var parent: String? { run.tags["mlflow.parentRunId"] }

  /// Parameters that can be recorded.
  var parameters: [String: String] {
    redaction.values(run.parameters.filter { LoggedName.isValid($0.key) }.mapValues { LoggedName.fitting($0) })
  }

  /// The parameters whose values are longer than can be recorded, sorted.
  var cutParameters: [String] {
    run.parameters.filter { LoggedName.isValid($0.key) && $0.value.utf8.count > LoggedName.valueLimit }.keys.sorted()
  }

  /// Values of metrics that can be recorded.
  var metrics: [RunLogged.Metric] {
    run.metrics.filter { LoggedName.isValid($0.key) }
      .map { RunLogged.Metric(key: $0.key, value: $0.value, step: $0.step, at: $0.at) }
  }

  /// The names that can't be recorded, sorted.
  var badNames: [String] {
    Set(run.parameters.keys).union(run.metrics.map(\.key)).filter { !LoggedName.isValid($0) }.sorted()
  }

  /// How the run started.
  func started(as id: RunID, parent: RunID?, origin: RunOrigin) -> RunStarted {
    RunStarted(
      run: id, component: component, command: [], directory: ".", git: git, host: "",
      user: run.tags["mlflow.user"] ?? run.user ?? "", parent: parent == id ? nil : parent, parameters: parameters,
      tags: tags, note: note, name: name, experiment: redaction.text(experiment.name), began: run.started ?? run.ended,
      origin: origin)
  }

  private var name: String? {
    let name = run.tags["mlflow.runName"] ?? run.name
    return name.flatMap { $0.isEmpty ? nil : redaction.text($0) }
  }

  // The program's name without folder and ending; where that says nothing, the experiment's.
  private var component: String {
    let source = run.tags["mlflow.source.name"] ?? ""
    let file = source.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
    let stem = file.lastIndex(of: ".").map { $0 == file.startIndex ? file : String(file[..<$0]) } ?? file
    if !stem.isEmpty, !Self.hosts.contains(stem) { return redaction.text(stem) }
    return experiment.name.isEmpty ? "mlflow" : redaction.text(experiment.name)
  }

  private var git: GitState? {
    guard let commit = run.tags["mlflow.source.git.commit"], !commit.isEmpty else { return nil }
    return GitState(
      commit: commit, branch: run.tags["mlflow.source.git.branch"],
      remote: run.tags["mlflow.source.git.repoURL"].map { RemoteURL.withoutCredentials($0) },
      isDirty: run.tags["mlflow.git.dirty"]?.lowercased() == "true")
  }

  /// How the run ended; nil if it goes on.
  func ended(as id: RunID, inputs: [ArtifactRecord], outputs: [ArtifactRecord]) -> RunEnded? {
    let (status, exit): (RunStatus, Int64)
    switch run.status {
    case .running, .scheduled: return nil
    case .finished: (status, exit) = (.finished, 0)
    case .failed: (status, exit) = (.failed, 1)
    case .killed: (status, exit) = (.interrupted, 130)
    }
    var usage: RunUsage?
    if let started = run.started, let ended = run.ended, started.microseconds <= ended.microseconds {
      usage = RunUsage(wall: ended.microseconds - started.microseconds, user: 0, system: 0, memory: 0)
    }
    return RunEnded(
      run: id, status: status, exit: exit, evidence: .declared, inputs: inputs, outputs: outputs, usage: usage,
      finished: run.ended ?? run.started)
  }

  /// What the run said it read, by path.
  var inputs: [ArtifactRecord] {
    var seen: Set<String> = []
    return run.datasets.compactMap { dataset in
      let remark =
        "mlflow has no content of it; it calls it '\(dataset.name)' with digest \(dataset.digest)"
        + (dataset.context.map { " (\($0))" } ?? "")
      guard let (path, kind) = place(dataset.source), seen.insert(path).inserted else { return nil }
      return ArtifactRecord(
        path: path, kind: kind, content: nil, size: 0, evidence: .declared, problem: redaction.text(remark))
    }.sorted { $0.path < $1.path }
  }

  private func place(_ source: String) -> (String, ArtifactRecord.Kind)? {
    guard !source.isEmpty, !source.utf8.contains(0) else { return nil }
    let scheme = ArtifactPlaces.scheme(source)
    guard scheme == nil || scheme == "file" else {
      return (PathText.encode(redaction.text(RemoteURL.withoutCredentials(source)).utf8), .uri)
    }
    let path = FilePath(ArtifactPlaces.path(source)).lexicallyNormalized()
    // What isn't a path at all, such as the description of the code that made the data, is a name for it.
    guard !path.isEmpty, !source.hasPrefix("{") else {
      return (PathText.encode(redaction.text(source).utf8), .uri)
    }
    var inner = path
    if inner.removePrefix(root), !inner.isEmpty { return (PathText.encode(inner.bytes), .file) }
    return (PathText.encode(path.bytes), .file)
  }
}

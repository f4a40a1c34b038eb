internal import MLTBase
internal import SystemPackage

/// MLflow's store in an SQLite database, of any version whose tables have what is asked for.
final class MLflowDatabase: MLflowStore {
  let folder: FilePath
  // Whatever else lies beside a database isn't its own: that may be a home folder.
  var artifactFolders: [FilePath] { [folder.appending("mlruns"), folder.appending("mlartifacts")] }
  private(set) var problems: [TrackingProblem] = []
  private let tables: SQLiteTables
  // Asked for once, since not all of these have an index by run.
  private var inputs: [String: [TrackedDataset]]?
  private var modelsByRun: [String: [TrackedLoggedModel]]?
  private var loggedModels: [String: (TrackedLoggedModel, experiment: String)]?
  // The ids of all runs, once they were looked at.
  private var allRuns: Set<String>?

  init(_ path: FilePath) throws(TrackingStoreError) {
    tables = try SQLiteTables(path)
    guard let runs = tables.columns(of: "runs"), runs.contains("run_uuid"), tables.columns(of: "experiments") != nil
    else { throw .notAStore(path) }
    let folder = path.removingLastComponent()
    self.folder = FileOperations.resolved(folder.isEmpty ? "." : folder) ?? folder
  }

  func experiments() throws(TrackingStoreError) -> [TrackedExperiment] {
    var all: [TrackedExperiment] = []
    try tables.each(
      "experiments", ["experiment_id", "name", "lifecycle_stage", "creation_time"], where: nil
    ) { cells in
      guard let id = cells[0].text else { return }
      all.append(
        TrackedExperiment(
          id: id, name: cells[1].text ?? id, isDeleted: cells[2].text == "deleted", created: cells[3].milliseconds))
    }
    try lookForStrayRuns(Set(all.map(\.id)))
    return all.sorted { ($0.id.utf8.count, $0.id) < ($1.id.utf8.count, $1.id) }
  }

  // Runs are found by their experiment; those that have none would be left out without a word.
  private func lookForStrayRuns(_ experiments: Set<String>) throws(TrackingStoreError) {
    guard allRuns == nil else { return }
    var runs: Set<String> = []
    var stray: [String] = []
    try tables.each("runs", ["run_uuid", "experiment_id"], where: nil) { cells in
      guard let id = cells[0].text else { return stray.append("without an id") }
      runs.insert(id)
      if cells[1].text.map({ !experiments.contains($0) }) ?? true { stray.append(id) }
    }
    allRuns = runs
    guard let first = stray.first else { return }
    problems.append(
      TrackingProblem(
        "run \(first)",
        tables.columns(of: "runs")?.contains("experiment_id") != true
          ? "runs have no column 'experiment_id', so that none of \(stray.count) can be taken"
          : stray.count == 1
            ? "its experiment isn't there, so that it can't be taken"
            : "its experiment isn't there, nor those of \(stray.count - 1) more runs, so that they can't be taken"))
  }

  func runs(of experiment: TrackedExperiment) throws(TrackingStoreError) -> [String] {
    try tables.rows("runs", ["run_uuid", "start_time"], where: ("experiment_id", experiment.id))
      .compactMap { cells in cells[0].text.map { ($0, cells[1].int ?? 0) } }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
  }

  func run(_ id: String, of experiment: TrackedExperiment) throws(TrackingStoreError) -> TrackedRun? {
    let columns = [
      "name", "user_id", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri", "source_name",
      "source_version", "entry_point_name",
    ]
    guard let cells = try tables.rows("runs", columns, where: ("run_uuid", id)).first else { return nil }
    var status = TrackedRun.Status.running
    if let text = cells[2].text {
      if let known = TrackedRun.Status(text: text) {
        status = known
      } else {
        problems.append(TrackingProblem("run \(id)", "its status '\(text)' isn't known, and taken for running"))
      }
    }
    var run = TrackedRun(
      id: id, name: cells[0].text, user: cells[1].text, status: status, started: cells[3].milliseconds,
      ended: cells[4].milliseconds, isDeleted: cells[5].text == "deleted" || experiment.isDeleted,
      artifacts: cells[6].text ?? "")
    let key = ("run_uuid", id)
    run.parameters = try tables.values("params", "key", "value", where: key)
    run.tags = try tables.values("tags", "key", "value", where: key)
    // Old clients wrote columns where newer ones write tags.
    for (tag, cell) in [("mlflow.source.name", cells[7]), ("mlflow.source.git.commit", cells[8])]
    where run.tags[tag] == nil {
      if let text = cell.text, !text.isEmpty { run.tags[tag] = text }
    }
    var bad = 0
    var metrics: [TrackedMetric] = []
    try tables.each("metrics", ["key", "value", "timestamp", "step", "is_nan"], where: key) { cells in
      guard let name = cells[0].text, let value = cells[4].flag ? .nan : cells[1].real, let at = cells[2].milliseconds
      else {
        bad += 1
        return
      }
      metrics.append(
        TrackedMetric(key: name, value: TrackedMetric.number(value), step: cells[3].int ?? 0, at: at))
    }
    run.metrics = metrics
    if bad > 0 { problems.append(TrackingProblem("run \(id)", "\(bad) values of metrics are none")) }
    run.datasets = try datasets(of: id)
    run.models = try models(of: id)
    return run
  }

  private func datasets(of run: String) throws(TrackingStoreError) -> [TrackedDataset] {
    if let inputs { return inputs[run] ?? [] }
    var all: [String: [TrackedDataset]] = [:]
    let datasets = try allDatasets()
    if !datasets.isEmpty {
      var contexts: [String: String] = [:]
      try tables.each("input_tags", ["input_uuid", "name", "value"], where: nil) { cells in
        if cells[1].text == "mlflow.data.context", let input = cells[0].text { contexts[input] = cells[2].text }
      }
      try tables.each("inputs", ["source_type", "source_id", "input_uuid", "destination_id"], where: nil) { cells in
        guard cells[0].text == "DATASET", var dataset = cells[1].text.flatMap({ datasets[$0] }), let run = cells[3].text
        else { return }
        dataset.context = cells[2].text.flatMap { contexts[$0] }
        all[run, default: []].append(dataset)
      }
    }
    inputs = all.mapValues { $0.sorted { ($0.name, $0.digest) < ($1.name, $1.digest) } }
    return inputs?[run] ?? []
  }

  private func allDatasets() throws(TrackingStoreError) -> [String: TrackedDataset] {
    var all: [String: TrackedDataset] = [:]
    try tables.each("datasets", ["dataset_uuid", "name", "digest", "dataset_source"], where: nil) { cells in
      guard let id = cells[0].text else { return }
      all[id] = TrackedDataset(
        name: cells[1].text ?? "", digest: cells[2].text ?? "", source: DatasetSource.place(cells[3].text ?? ""))
    }
    return all
  }

  private func models(of run: String) throws(TrackingStoreError) -> [TrackedLoggedModel] {
    if let modelsByRun { return modelsByRun[run] ?? [] }
    let all = try allLoggedModels().values.map(\.0).sorted { $0.id < $1.id }
    modelsByRun = Dictionary(grouping: all) { $0.run ?? "" }
    return modelsByRun?[run] ?? []
  }

  func loggedModel(_ id: String) throws(TrackingStoreError) -> (TrackedLoggedModel, experiment: String)? {
    try allLoggedModels()[id]
  }

  func strayModels() throws(TrackingStoreError) -> [TrackedLoggedModel] {
    let runs = allRuns ?? []
    return try allLoggedModels().values.map(\.0).filter { model in model.run.map { !runs.contains($0) } ?? true }
      .sorted { $0.id < $1.id }
  }

  private func allLoggedModels() throws(TrackingStoreError) -> [String: (TrackedLoggedModel, experiment: String)] {
    if let loggedModels { return loggedModels }
    var all: [String: (TrackedLoggedModel, experiment: String)] = [:]
    for cells in try tables.rows(
      "logged_models", ["model_id", "name", "artifact_location", "source_run_id", "model_type", "experiment_id"])
    {
      guard let id = cells[0].text else { continue }
      var tags = try tables.values("logged_model_tags", "tag_key", "tag_value", where: ("model_id", id))
      for (name, value) in try tables.values("logged_model_params", "param_key", "param_value", where: ("model_id", id))
      {
        tags[TrackedLoggedModel.parameterTag + name] = value
      }
      tags["mlflow.model.id"] = id
      tags["mlflow.model.name"] = cells[1].text
      tags["mlflow.model.type"] = cells[4].text.flatMap { $0.isEmpty ? nil : $0 }
      all[id] = (
        TrackedLoggedModel(
          id: id, name: cells[1].text ?? id, location: cells[2].text ?? "", run: cells[3].text, tags: tags),
        cells[5].text ?? ""
      )
    }
    loggedModels = all
    return all
  }

  func models() throws(TrackingStoreError) -> [TrackedModel] {
    var all: [TrackedModel] = []
    for cells in try tables.rows("registered_models", ["name", "description"]) {
      guard let name = cells[0].text else { continue }
      var model = TrackedModel(name: name, summary: cells[1].text)
      model.tags = try tables.values("registered_model_tags", "key", "value", where: ("name", name))
      for (alias, number) in try tables.values("registered_model_aliases", "alias", "version", where: ("name", name)) {
        model.aliases[alias] = Int64(number)
      }
      let tags = try tables.rows("model_version_tags", ["version", "key", "value"], where: ("name", name))
      let columns = [
        "version", "creation_time", "last_updated_time", "description", "user_id", "current_stage", "source",
        "storage_location", "run_id",
      ]
      for cells in try tables.rows("model_versions", columns, where: ("name", name)) {
        guard let number = cells[0].int, number > 0 else { continue }
        var version = TrackedModel.Version(
          number: number, created: cells[1].milliseconds, updated: cells[2].milliseconds, summary: cells[3].text,
          user: cells[4].text, stage: cells[5].text, source: cells[6].text, location: cells[7].text, run: cells[8].text)
        for tag in tags where tag[0].int == number {
          if let key = tag[1].text { version.tags[key] = tag[2].text ?? "" }
        }
        if version.isDeleted { model.deleted.append(version) } else { model.versions.append(version) }
      }
      model.versions.sort { $0.number < $1.number }
      all.append(model)
    }
    return all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}

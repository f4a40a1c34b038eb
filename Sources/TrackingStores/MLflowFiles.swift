internal import MLTBase
internal import Pipelines
internal import SystemPackage

/// MLflow's store in a folder of files, `mlruns`.
///
/// Names and texts in it are whatever somebody put there: symbolic links aren't followed, and files have limits.
final class MLflowFiles: MLflowStore {
  private static let textLimit = 1 << 20
  // A dataset's schema and profile stand in its meta.yaml.
  private static let datasetLimit = 32 << 20
  private static let lineLimit = 1 << 10
  private static let metricLimit = 512 << 20

  let folder: FilePath
  var artifactFolders: [FilePath] { [folder] }
  private(set) var problems: [TrackingProblem] = []
  private var known: [TrackedExperiment]?
  private var places: [String: FilePath] = [:]
  private var loggedModels: [String: [TrackedLoggedModel]] = [:]

  /// Whether a folder is such a store: it has an experiment, deleted ones and models aside.
  ///
  /// - Throws: ``TrackingStoreError/unreadable(_:reason:)`` if nobody can say, for want of the right to look.
  static func isStore(_ path: FilePath) throws(TrackingStoreError) -> Bool {
    var failure: SystemCallError?
    var names: [FilePath.Component] = []
    do throws(SystemCallError) {
      names = try FileOperations.names(in: path)
    } catch {
      if ![.noSuchFileOrDirectory, .notDirectory].contains(error.errno) { failure = error }
    }
    for name in names {
      let folder = path.appending(name)
      let isSpecial = name.string == ".trash" || name.string == "models"
      do throws(SystemCallError) {
        let status = try FileStatus(at: isSpecial ? folder : folder.appending("meta.yaml"))
        if status?.kind == (isSpecial ? .directory : .regular) { return true }
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw .unreadable(failure.path ?? path, reason: "\(failure.errno)") }
    return false
  }

  /// The store that a folder is only a part of, as an experiment's own; nil if it isn't.
  static func store(around path: FilePath) -> FilePath? {
    func isPart(_ path: FilePath) -> Bool {
      ((try? FileStatus(at: path.appending("meta.yaml"))) ?? nil)?.kind == .regular
    }
    guard isPart(path) else { return nil }
    var store = path
    while isPart(store) || [".trash", "models"].contains(store.lastComponent?.string), store.removeLastComponent() {}
    return store
  }

  init(_ path: FilePath) throws(TrackingStoreError) {
    guard let folder = FileOperations.resolved(path) else { throw .missing(path) }
    self.folder = folder
  }

  // MARK: Experiments and runs

  func experiments() throws(TrackingStoreError) -> [TrackedExperiment] {
    if let known { return known }
    var all: [TrackedExperiment] = []
    for (parent, isTrash) in [(folder, false), (folder.appending(".trash"), true)] {
      for name in folders(in: parent) where isTrash || ![".trash", "models"].contains(name.string) {
        let place = parent.appending(name)
        guard isFile(place.appending("meta.yaml")), let meta = meta(place) else { continue }
        var id = meta["experiment_id"] ?? name.string
        // Of a folder that was copied the id is another's; its own name isn't.
        if places[id] != nil { id = name.string }
        guard places[id] == nil else {
          problems.append(TrackingProblem(self.name(place), "another experiment has its id, and its name"))
          continue
        }
        places[id] = place
        all.append(
          TrackedExperiment(
            id: id, name: meta["name"] ?? id, isDeleted: isTrash || meta["lifecycle_stage"] == "deleted",
            created: meta["creation_time"].flatMap(Int64.init).flatMap(TrackedMoment.milliseconds)))
      }
    }
    all.sort { ($0.id.utf8.count, $0.id) < ($1.id.utf8.count, $1.id) }
    known = all
    return all
  }

  func runs(of experiment: TrackedExperiment) throws(TrackingStoreError) -> [String] {
    guard let place = places[experiment.id] else { return [] }
    return folders(in: place).filter { name in
      !["models", "datasets", "tags", "traces"].contains(name.string)
        && isFile(place.appending(name).appending("meta.yaml"))
    }.map(\.string)
  }

  func run(_ id: String, of experiment: TrackedExperiment) throws(TrackingStoreError) -> TrackedRun? {
    guard let parent = places[experiment.id], let name = FilePath.Component(id) else { return nil }
    let place = parent.appending(name)
    guard let meta = meta(place) else { return nil }
    var status = TrackedRun.Status.running
    if let text = meta["status"] {
      if let known = TrackedRun.Status(text: text) {
        status = known
      } else {
        problems.append(TrackingProblem("run \(id)", "its status '\(text)' isn't known, and taken for running"))
      }
    }
    func moment(_ key: String) -> Timestamp? { meta[key].flatMap(Int64.init).flatMap(TrackedMoment.milliseconds) }
    var run = TrackedRun(
      // Its folder's name: Python's YAML leaves an id like 12e4 without quotes, which others take for a number.
      id: id, name: meta["run_name"], user: meta["user_id"], status: status,
      started: moment("start_time"), ended: moment("end_time"),
      isDeleted: meta["lifecycle_stage"] == "deleted" || experiment.isDeleted, artifacts: meta["artifact_uri"] ?? "")
    run.parameters = texts(in: place.appending("params"))
    run.tags = texts(in: place.appending("tags"))
    for (name, file) in files(in: place.appending("metrics")) {
      guard let bytes = contents(file, limit: Self.metricLimit) else { continue }
      run.metrics += metrics(bytes, name, of: run.id)
    }
    run.datasets = datasets(of: place, in: parent)
    run.models = models(of: experiment.id).filter { $0.run == run.id }
    return run
  }

  private func metrics(_ bytes: [UInt8], _ name: String, of run: String) -> [TrackedMetric] {
    var metrics: [TrackedMetric] = []
    var bad = 0
    LineWalk.forEachLine(of: bytes[...]) { line, _ in
      if line.isEmpty { return }
      guard let metric = Self.metric(line, name) else {
        bad += 1
        return
      }
      metrics.append(metric)
    }
    if bad > 0 { problems.append(TrackingProblem("run \(run)", "\(bad) lines of metric '\(name)' are no values")) }
    return metrics
  }

  /// A value as `1700000000000 0.5 3`: milliseconds, number and step.
  private static func metric(_ line: ArraySlice<UInt8>, _ name: String) -> TrackedMetric? {
    guard line.count <= lineLimit else { return nil }
    let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    guard words.count >= 2, let at = Int64(words[0]).flatMap(TrackedMoment.milliseconds),
      let value = Double(words[1]), let step = words.count < 3 ? 0 : Int64(words[2])
    else { return nil }
    return TrackedMetric(key: name, value: TrackedMetric.number(value), step: step, at: at)
  }

  private func datasets(of run: FilePath, in experiment: FilePath) -> [TrackedDataset] {
    folders(in: run.appending("inputs")).compactMap { name in
      let input = run.appending("inputs").appending(name)
      guard let link = meta(input), let id = link["source_id"].flatMap({ FilePath.Component($0) }) else { return nil }
      guard id.kind == .regular,
        let data = meta(experiment.appending("datasets").appending(id), limit: Self.datasetLimit)
      else { return nil }
      return TrackedDataset(
        name: data["name"] ?? "", digest: data["digest"] ?? "", source: DatasetSource.place(data["source"] ?? ""),
        context: link["tags.mlflow.data.context"])
    }.sorted { ($0.name, $0.digest) < ($1.name, $1.digest) }
  }

  private func models(of experiment: String) -> [TrackedLoggedModel] {
    if let known = loggedModels[experiment] { return known }
    guard let place = places[experiment]?.appending("models") else { return [] }
    let all = folders(in: place).compactMap { name -> TrackedLoggedModel? in
      let folder = place.appending(name)
      guard isFile(folder.appending("meta.yaml")), let meta = meta(folder) else { return nil }
      let id = meta["model_id"] ?? name.string
      var tags = texts(in: folder.appending("tags"))
      for (name, value) in texts(in: folder.appending("params")) {
        tags[TrackedLoggedModel.parameterTag + name] = value
      }
      tags["mlflow.model.id"] = id
      tags["mlflow.model.name"] = meta["name"]
      tags["mlflow.model.type"] = meta["model_type"]
      return TrackedLoggedModel(
        id: id, name: meta["name"] ?? id, location: meta["artifact_location"] ?? "", run: meta["source_run_id"],
        tags: tags)
    }
    loggedModels[experiment] = all
    return all
  }

  func loggedModel(_ id: String) throws(TrackingStoreError) -> (TrackedLoggedModel, experiment: String)? {
    for experiment in places.keys.sorted() {
      if let model = models(of: experiment).first(where: { $0.id == id }) { return (model, experiment) }
    }
    return nil
  }

  func strayModels() throws(TrackingStoreError) -> [TrackedLoggedModel] {
    places.keys.sorted().flatMap { experiment in
      models(of: experiment).filter { model in
        guard let run = model.run.flatMap({ FilePath.Component($0) }), let place = places[experiment] else {
          return true
        }
        return !isFile(place.appending(run).appending("meta.yaml"))
      }
    }
  }

  // MARK: Registered models

  func models() throws(TrackingStoreError) -> [TrackedModel] {
    let place = folder.appending("models")
    var all: [TrackedModel] = []
    for name in folders(in: place) {
      let folder = place.appending(name)
      guard isFile(folder.appending("meta.yaml")), let meta = meta(folder) else { continue }
      let before = problems.count
      var model = TrackedModel(name: meta["name"] ?? name.string, summary: meta["description"])
      model.tags = texts(in: folder.appending("tags"))
      for (alias, number) in texts(in: folder.appending("aliases")) {
        model.aliases[alias] = Int64(number.trimmed)
      }
      for version in folders(in: folder) where version.string.hasPrefix("version-") {
        guard let found = self.version(folder.appending(version)) else { continue }
        if found.isDeleted { model.deleted.append(found) } else { model.versions.append(found) }
      }
      model.versions.sort { $0.number < $1.number }
      model.isWhole = problems.count == before
      all.append(model)
    }
    return all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func version(_ place: FilePath) -> TrackedModel.Version? {
    guard let meta = meta(place), let number = meta["version"].flatMap(Int64.init), number > 0 else {
      return nil
    }
    func moment(_ key: String) -> Timestamp? { meta[key].flatMap(Int64.init).flatMap(TrackedMoment.milliseconds) }
    return TrackedModel.Version(
      number: number, created: moment("creation_timestamp"), updated: moment("last_updated_timestamp"),
      summary: meta["description"], user: meta["user_id"], stage: meta["current_stage"], source: meta["source"],
      location: meta["storage_location"], run: meta["run_id"], tags: texts(in: place.appending("tags")))
  }

  // MARK: Files

  private func name(_ path: FilePath) -> String {
    var rest = path
    return rest.removePrefix(folder) ? rest.string : path.string
  }

  private func folders(in path: FilePath) -> [FilePath.Component] {
    // What isn't there has none.
    guard kind(path) == .directory else { return [] }
    return names(in: path).filter { kind(path.appending($0)) == .directory }.sorted { $0.string < $1.string }
  }

  private func names(in path: FilePath) -> [FilePath.Component] {
    do throws(SystemCallError) {
      return try FileOperations.names(in: path)
    } catch {
      problems.append(TrackingProblem(name(path), "\(error.errno)"))
      return []
    }
  }

  // What can't be looked at is told: something may be there.
  private func kind(_ path: FilePath) -> FileStatus.Kind? {
    do throws(SystemCallError) {
      return try FileStatus(at: path)?.kind
    } catch {
      problems.append(TrackingProblem(name(path), "\(error.errno)"))
      return nil
    }
  }

  private func isFile(_ path: FilePath) -> Bool { kind(path) == .regular }

  private func contents(_ path: FilePath, limit: Int) -> [UInt8]? {
    do throws(SystemCallError) {
      guard try FileStatus(at: path)?.kind == .regular else { return nil }
      return try FileOperations.contents(of: path, limit: limit)
    } catch {
      problems.append(TrackingProblem(name(path), "\(error.errno)"))
      return nil
    }
  }

  /// The members of a folder's `meta.yaml` that aren't null.
  ///
  /// They are taken as they are written: Python's YAML leaves texts like 12e4 without quotes, which others take for numbers.
  private func meta(_ place: FilePath, limit: Int = textLimit) -> [String: String]? {
    let file = place.appending("meta.yaml")
    guard let bytes = contents(file, limit: limit) else { return nil }
    guard let values = ValueText.yamlTexts(bytes) else {
      problems.append(TrackingProblem(name(file), "it is no YAML mapping"))
      return nil
    }
    return values.filter { !$0.value.isEmpty }
  }

  /// The files below a folder, by their path from it, which is the key that they hold the value of.
  private func files(in top: FilePath) -> [(name: String, file: FilePath)] {
    var found: [(name: String, file: FilePath)] = []
    var pending: [(prefix: String, folder: FilePath)] = [("", top)]
    while let (prefix, folder) = pending.popLast() {
      guard kind(folder) == .directory else { continue }
      for name in names(in: folder) {
        let path = folder.appending(name)
        switch kind(path) {
        case .directory: pending.append((prefix + name.string + "/", path))
        case .regular: found.append((prefix + name.string, path))
        case .symbolicLink, .special, nil: continue
        }
      }
    }
    return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func texts(in top: FilePath) -> [String: String] {
    var texts: [String: String] = [:]
    for (name, file) in files(in: top) {
      if let bytes = contents(file, limit: Self.textLimit) { texts[name] = String(decoding: bytes, as: UTF8.self) }
    }
    return texts
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}

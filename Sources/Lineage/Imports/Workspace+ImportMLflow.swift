internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage
internal import TrackingStores

extension Workspace {
  /// Takes over what an MLflow store has tracked: runs with all that they logged, their artifacts, and registered models.
  ///
  /// What was taken before stays as it is, and only what is new is added; each run is written down whole or not at all, so that an
  /// import that was interrupted can be repeated. The store is only read.
  ///
  /// - Throws: ``TrackingImportError``; failures of store, journal and index.
  public func importMLflow(_ request: MLflowImportRequest) throws -> TrackingImportReport {
    let place = try mlflowStore(request.store)
    let store: any MLflowStore
    let experiments: [TrackedExperiment]
    let identity: String
    do throws(TrackingStoreError) {
      store = try MLflowStores.open(place)
      experiments = try store.experiments()
      identity = try store.identity()
    } catch {
      throw TrackingImportError.store(error)
    }
    let unknown = request.experiments.filter { name in !experiments.contains { $0.name == name || $0.id == name } }
    if !unknown.isEmpty {
      throw TrackingImportError.unknownExperiments(unknown, known: experiments.map(\.name).sorted())
    }
    let extra = request.artifactFolder.map { path(of: $0).filePath(in: root) }
    let taking = MLflowTaking(
      self, store, ArtifactPlaces(store: store.folder, own: store.artifactFolders, extra: extra, root: root), identity,
      request,
      TrackingImportReport(tool: "mlflow", store: place, isTrial: request.isTrial))
    // Opened before the first fact is written, so that a new one has nothing to catch up on.
    _ = try index
    for experiment in experiments
    where request.experiments.isEmpty
      || request.experiments.contains(where: { [experiment.name, experiment.id].contains($0) })
    {
      try taking.take(experiment)
    }
    if request.experiments.isEmpty { try taking.takeModels() }
    taking.tellAbsences()
    taking.report.problems += store.problems
    taking.report.isLacking = request.takesArtifacts && taking.report.missing.contains { $0.reason == .outside }
    taking.report.groups.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    if !request.isTrial { try finishImport() }
    return taking.report
  }

  /// Leaves index and store as later commands want them.
  func finishImport() throws {
    try index.catchUp(journal)
    tidy()
  }

  private func mlflowStore(_ argument: String?) throws(TrackingImportError) -> FilePath {
    guard let argument else {
      for name in ["mlflow.db", "mlruns"] {
        let path = context.directory.appending(name)
        if (try? FileStatus(at: path, followingLinks: true)) ?? nil != nil { return path }
      }
      throw .noStore
    }
    return try trackingStore(argument)
  }

  /// Where a store of another tool's is, by a path, a `file:` URI or SQLAlchemy's name of an SQLite database.
  func trackingStore(_ argument: String) throws(TrackingImportError) -> FilePath {
    switch ArtifactPlaces.scheme(argument) {
    case nil: return context.directory.pushing(FilePath(argument))
    case "file": return context.directory.pushing(FilePath(ArtifactPlaces.path(argument)))
    case let scheme? where scheme == "sqlite" || scheme.hasPrefix("sqlite+"):
      // After SQLAlchemy: three slashes for a path from here, four for one from the root.
      let rest = argument.dropFirst(scheme.utf8.count)
      guard rest.hasPrefix(":///") else { throw .notAFile(argument) }
      return context.directory.pushing(FilePath(String(rest.dropFirst(4).prefix { $0 != "?" })))
    default: throw .notAFile(argument)
    }
  }
}

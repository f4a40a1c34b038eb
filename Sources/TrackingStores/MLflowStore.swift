internal import MLTBase
public import SystemPackage

/// What one of MLflow's stores holds, whichever kind it is.
public protocol MLflowStore: AnyObject {
  /// The folder that the store lies in, or is.
  var folder: FilePath { get }
  /// The folders that the store's own artifacts lie in.
  var artifactFolders: [FilePath] { get }
  /// What couldn't be understood so far.
  var problems: [TrackingProblem] { get }

  /// The experiments, deleted ones too, by id.
  func experiments() throws(TrackingStoreError) -> [TrackedExperiment]
  /// The ids of an experiment's runs, deleted ones too, by when they started.
  func runs(of experiment: TrackedExperiment) throws(TrackingStoreError) -> [String]
  /// A run of an experiment with all that it logged; nil if it can't be understood.
  func run(_ id: String, of experiment: TrackedExperiment) throws(TrackingStoreError) -> TrackedRun?
  /// A logged model by its id, with the id of its experiment; nil if there is none.
  func loggedModel(_ id: String) throws(TrackingStoreError) -> (TrackedLoggedModel, experiment: String)?
  /// The logged models that belong to no run of the store's.
  func strayModels() throws(TrackingStoreError) -> [TrackedLoggedModel]
  /// The registered models, by name.
  func models() throws(TrackingStoreError) -> [TrackedModel]
}

extension MLflowStore {
  /// What tells the store from others of its kind, wherever it lies: when its first experiment was made.
  public func identity() throws(TrackingStoreError) -> String {
    let created = try experiments().compactMap(\.created).min { $0.microseconds < $1.microseconds }
    return created.map { "begun \($0)" } ?? ""
  }
}

/// Opening MLflow's stores.
public enum MLflowStores {
  /// Opens a store: a folder of files (`mlruns`, or one that has it), or an SQLite database.
  ///
  /// - Throws: ``TrackingStoreError``.
  public static func open(_ path: FilePath) throws(TrackingStoreError) -> any MLflowStore {
    if try FileStatus(ofStore: path).kind == .regular { return try MLflowDatabase(path) }
    if let store = MLflowFiles.store(around: path) { throw .partOfStore(path, store: store) }
    if try MLflowFiles.isStore(path) { return try MLflowFiles(path) }
    let inner = path.appending("mlruns")
    if try MLflowFiles.isStore(inner) { return try MLflowFiles(inner) }
    throw .notAStore(path)
  }
}

public import Journaling
internal import LineageIndexing
public import MLTBase
internal import SystemPackage

/// The model that made a prediction.
public struct PredictionModel: Hashable, Sendable {
  /// How it was found.
  public enum Finding: String, Hashable, Sendable {
    /// Whoever logged the predictions said so.
    case said
    /// The row names its content, run or path.
    case named
    /// It has a tag `model` or `version` of the row's name.
    case tagged
    /// It is the model that the predicting run read, or the one of these that the row's name fits.
    case read
  }

  /// The model's file or folder.
  public var artifact: ArtifactRecord
  /// How it was found.
  public var finding: Finding
  /// The run that made it; nil if nobody knows.
  public var run: RunID?
}

/// Finds the runs and models behind predictions: what was said of them, else what the facts tell.
struct PredictionModelFinder {
  private let workspace: Workspace

  init(_ workspace: Workspace) {
    self.workspace = workspace
  }

  /// The run that made a log's predictions: the one that was said, else the one that wrote the file.
  func run(of fact: PredictionsLogged) throws -> RunID? {
    if let run = fact.run { return run }
    guard let artifact = fact.artifact else { return nil }
    return try workspace.producer(of: artifact)
  }

  /// The model that a row is of.
  ///
  /// - Parameters:
  ///   - name: what the row calls it; nil if it doesn't say.
  ///   - time: when the prediction was made.
  func model(_ name: String?, of fact: PredictionsLogged, at time: Timestamp?) throws -> PredictionModel? {
    let said = fact.models.first { $0.name == name && $0.content != nil }
    if let said, let content = said.content { return try model(content, at: said.path, .said) }
    let run = try run(of: fact)
    let read = try run.map { try Self.models(among: workspace.index.files(of: $0, role: .input)) } ?? []
    if let name, !name.isEmpty {
      if let found = try named(name, before: time) { return found }
      let fitting = read.filter { Self.fits(name, $0.path) }
      if let artifact = fitting.first, fitting.count == 1 { return try model(artifact, .read) }
      if let found = try tagged(name) { return found }
    }
    // Whatever a row calls it, a run that read one model predicted by that.
    guard let artifact = read.first, read.count == 1 else { return nil }
    return try model(artifact, .read)
  }

  // MARK: By name

  private static let shortestName = 8

  private func named(_ name: String, before time: Timestamp?) throws -> PredictionModel? {
    let index = try workspace.index
    if let (path, suffix) = Workspace.split(name), let run = try only(index.runIDs(prefix: suffix, limit: 2)) {
      let files = try index.files(of: run, role: nil)
      // An output before an input.
      if let artifact = files.last(where: { $0.path == path }) { return try model(artifact, .named) }
    }
    let bare = name.hasPrefix("sha256:") ? String(name.dropFirst("sha256:".count)) : name
    if bare.utf8.count >= Self.shortestName {
      if let content = try only(index.contentIDs(prefix: bare, limit: 2)) { return try model(content, at: nil, .named) }
      if let run = try only(index.runIDs(prefix: bare, limit: 2)) {
        let outputs = try index.files(of: run, role: .output)
        let models = Self.models(among: outputs)
        if let artifact = models.count == 1 ? models[0] : outputs.count == 1 ? outputs[0] : nil {
          return try model(artifact, .named)
        }
      }
    }
    // A path means what stood there then.
    guard name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(UInt8(ascii: ".")) else { return nil }
    let path = name.hasPrefix("./") ? String(name.dropFirst(2)) : name
    if let writing = try index.lastWriter(path: path, before: time) { return try model(writing.artifact, .named) }
    return try index.readers(path: path, before: time, limit: 1).first.map { try model($0.artifact, .named) }
  }

  private func only<Value>(_ values: [Value]) -> Value? { values.count == 1 ? values.first : nil }

  private func tagged(_ name: String) throws -> PredictionModel? {
    for tag in ["version", "model"] {
      if let artifact = try only(workspace.index.artifacts(tagged: tag, value: name, limit: 2)),
        let content = artifact.content
      {
        return try model(content, at: artifact.path, .tagged)
      }
    }
    return nil
  }

  private func model(_ artifact: ArtifactRecord, _ finding: PredictionModel.Finding) throws -> PredictionModel {
    guard let content = artifact.content else { return PredictionModel(artifact: artifact, finding: finding, run: nil) }
    return try model(content, at: artifact.path, finding, artifact)
  }

  private func model(
    _ content: ContentID, at path: String?, _ finding: PredictionModel.Finding, _ known: ArtifactRecord? = nil
  ) throws -> PredictionModel {
    let index = try workspace.index
    // Who wrote it where it is, else who wrote it anywhere.
    let writing =
      try path.flatMap { try index.writers(path: $0, content: content, limit: 1).first }
      ?? index.writers(content: content, limit: 1).first
    let artifact =
      try writing?.artifact ?? known ?? index.readers(content: content, limit: 1).first?.artifact
      ?? ArtifactRecord(path: path ?? content.hex, kind: .file, content: content, size: 0, evidence: .declared)
    return PredictionModel(artifact: artifact, finding: finding, run: writing?.run)
  }

  // MARK: What looks like a model

  private static let endings: Set<String> = [
    "pkl", "pickle", "joblib", "dill", "pt", "pth", "ckpt", "safetensors", "onnx", "h5", "hdf5", "keras", "pb",
    "tflite",
    "mlmodel", "ubj", "xgb", "lgb", "cbm", "model", "gguf", "rds", "pmml", "mlpackage", "npz", "bin", "zip",
  ]

  /// The files that look like models: those in a folder of models, or called so; else those whose ending says so.
  static func models(among artifacts: [ArtifactRecord]) -> [ArtifactRecord] {
    let contents = artifacts.filter { $0.content != nil && $0.kind != .uri }
    let called = contents.filter { isCalledModel($0.path) }
    let ended = contents.filter { endings.contains(ending($0.path)) }
    let both = called.filter { ended.contains($0) }
    return !both.isEmpty ? both : !ended.isEmpty ? ended : called.filter { !codeEndings.contains(ending($0.path)) }
  }

  private static let codeEndings: Set<String> = [
    "py", "r", "jl", "sh", "ipynb", "sql", "yaml", "yml", "toml", "md", "c", "so",
  ]

  private static func ending(_ path: String) -> String {
    path.split(separator: "/").last.flatMap { $0.split(separator: ".").dropFirst().last }.map { $0.lowercased() } ?? ""
  }

  private static func isCalledModel(_ path: String) -> Bool {
    path.lowercased().split(separator: "/").contains { $0.contains("model") }
  }

  /// Whether a path has a name as one of its parts: a folder, a file with or without its ending, or a word of these.
  static func fits(_ name: String, _ path: String) -> Bool {
    for part in path.split(separator: "/") {
      let stem = part.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
      if part == name || stem == name
        || part.split(whereSeparator: { "-_.=@".contains($0) }).contains(where: { $0 == name })
      {
        return true
      }
      // 'v1.2' in 'model-v1.2.pkl'.
      if part.hasSuffix(name + "." + ending(path)),
        let before = part.dropLast(name.count + ending(path).count + 1).last,
        "-_=@".contains(before)
      {
        return true
      }
    }
    return false
  }
}

internal import Journaling
internal import MLTBase
internal import Pipelines
internal import SystemPackage

/// What a stage declares, for comparing it with what a run of it did.
struct StageDeclaration {
  /// An output that is a file or folder.
  struct Output {
    let declared: StageOutput
    /// The journal's name for it.
    let pointer: String
  }

  let stage: Stage
  /// The parameter files, whose values count and not their bytes.
  private let parameterFiles: Set<String>
  /// What it depends on by the journal's names, URIs among them.
  let dependencies: [String]
  /// What it makes, but for URIs.
  let outputs: [Output]

  /// - Parameter root: the work tree's root.
  init(_ stage: Stage, root: FilePath) {
    self.stage = stage
    parameterFiles = Set(stage.parameters.map { Self.pointer($0.location, root: root) })
    dependencies = stage.dependencies.map { Self.pointer($0.location, root: root) }
    outputs = stage.outputs.compactMap { output in
      if case .uri = output.location { return nil }
      return Output(declared: output, pointer: Self.pointer(output.location, root: root))
    }
  }

  /// What it depends on that is a file or folder.
  var files: [String] { dependencies.filter { !$0.contains("://") } }

  /// The journal's name for what a path or URI in a pipeline file stands for.
  static func pointer(_ location: Location, root: FilePath) -> String {
    switch location {
    case .inside(let path): path.isEmpty ? "." : PathText.encode(path.utf8)
    // Runs record what lies outside by its own path.
    case .outside(let path): PathText.encode(root.pushing(FilePath(path)).lexicallyNormalized().bytes)
    case .uri(let text): text
    }
  }

  /// Whether a stage that has neither inputs nor outputs, or that says so, runs each time.
  var runsAlways: Bool {
    stage.isAlwaysChanged || (stage.dependencies.isEmpty && stage.parameters.isEmpty && stage.outputs.isEmpty)
  }

  /// Whether what a run read counts when its inputs are compared with what is there now.
  func counts(_ input: ArtifactRecord, writtenBy written: Set<String>) -> Bool {
    if written.contains(input.path) || parameterFiles.contains(input.path) || input.kind == .uri { return false }
    guard let path = WorkPath(text: input.path) else { return true }
    if outputs.contains(where: { Self.covers($0.pointer, path) }) { return false }
    return !Self.isBookkeeping(path) || dependencies.contains { Self.covers($0, path) }
  }

  /// What a run read and wrote that isn't declared.
  func undeclared(
    _ inputs: [ArtifactRecord], _ outputs: [ArtifactRecord], _ graph: StageGraph
  ) -> [UndeclaredAccess] {
    let made = self.outputs.map(\.pointer)
    let declared = dependencies + parameterFiles.sorted() + made
    var found: [UndeclaredAccess] = []
    for (records, isOutput) in [(inputs, false), (outputs, true)] {
      let known = isOutput ? made : declared
      for record in records where record.kind != .uri {
        guard let path = WorkPath(text: record.path), !Self.isBookkeeping(path),
          !known.contains(where: { Self.covers($0, path) || Self.lies($0, in: path, record) })
        else { continue }
        // What it reads of what it wrote itself is told once.
        if !isOutput, outputs.contains(where: { $0.path == record.path }) { continue }
        found.append(
          UndeclaredAccess(
            path: record.path, isOutput: isOutput,
            producer: Self.location(path).flatMap { graph.producer(of: $0) }))
      }
    }
    return found
  }

  /// A path as pipelines name it; nil if it isn't text.
  static func location(_ path: WorkPath) -> Location? {
    guard let text = String(validating: path.bytes, as: UTF8.self) else { return nil }
    return path.isOutside ? .outside(text) : .inside(path.isRoot ? "" : text)
  }

  // Many files of a folder are recorded as one tree.
  private static func lies(_ pointer: String, in folder: WorkPath, _ record: ArtifactRecord) -> Bool {
    record.kind == .tree && WorkPath(text: pointer)?.isBelow(folder) == true
  }

  private static func covers(_ pointer: String, _ path: WorkPath) -> Bool {
    guard let place = WorkPath(text: pointer) else { return false }
    return place == path || path.isBelow(place)
  }

  // What tools keep about pipelines is no data of theirs.
  private static func isBookkeeping(_ path: WorkPath) -> Bool {
    let name = String(decoding: path.name, as: UTF8.self)
    return !path.isOutside && (Pipeline.fileNames.contains(name) || name == "dvc.lock" || name.hasSuffix(".dvc"))
  }
}

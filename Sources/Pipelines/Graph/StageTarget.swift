internal import MLTBase

/// Why a text names no stage.
public enum TargetProblem: Error, Hashable, Sendable {
  /// There is no stage, group, pipeline file or output of that name.
  case unknown(String)
  /// There is no pipeline file at that path, or it isn't the one that counts in its folder.
  case noFile(String)
  /// The pipeline file has no such stage or group.
  case noStage(String, file: String)
}

extension TargetProblem: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .unknown(let text): "'\(PathText.encode(text.utf8))' is no stage, pipeline file or output of one"
    case .noFile(let path): "'\(PathText.encode(path.utf8))' is not a pipeline file that is read"
    case .noStage(let name, let file):
      "there is no stage '\(PathText.encode(name.utf8))' in '\(PathText.encode(file.utf8))'"
    }
  }
}

extension Pipeline {
  /// Finds the stages that a person names.
  ///
  /// - Parameters:
  ///   - target: a name in the current folder's pipeline file, `FILE:NAME`, `FILE`, or the path of an output.
  ///   - folder: the current folder, from the root.
  ///   - graph: this pipeline's.
  ///   - root: the root's own path, for absolute paths.
  public func stages(
    named target: String, from folder: String, in graph: StageGraph, root: String? = nil
  ) throws(TargetProblem) -> [StageID] {
    // What follows `@` may hold anything.
    let head = target.prefix { $0 != "@" }
    if let colon = head.lastIndex(of: ":"), !head[colon...].contains("/"), !head[colon...].contains("\\") {
      let name = String(target[target.index(after: colon)...])
      let path = String(head[..<colon])
      let file = path.isEmpty ? file(in: folder) : self.file(at: path, from: folder, root)
      guard let file else { throw .noFile(path) }
      return try stages(named: name, of: file)
    }
    if let file = file(in: folder), let found = try? stages(named: target, of: file), !target.isEmpty { return found }
    if let file = file(at: target, from: folder, root) { return try stages(named: "", of: file) }
    if Self.fileNames.contains(where: { target == $0 || target.hasSuffix("/" + $0) }) { throw .noFile(target) }
    if let location = Location(target, in: folder, root: root) {
      let found = graph.producers(around: location)
      if !found.isEmpty { return found }
    }
    throw .unknown(target)
  }

  private func file(in folder: String) -> PipelineFile? { files.first { $0.folder == folder } }

  private func file(at path: String, from folder: String, _ root: String?) -> PipelineFile? {
    guard let path = Location(path, in: folder, root: root)?.path else { return nil }
    return files.first { $0.path == path }
  }

  private func stages(named name: String, of file: PipelineFile) throws(TargetProblem) -> [StageID] {
    if name.isEmpty { return stages.lazy.map(\.id).filter { $0.file == file.path } }
    if let group = file.groups[name] { return group }
    let id = StageID(file: file.path, name: name)
    guard stages.contains(where: { $0.id == id }) else { throw .noStage(name, file: file.path) }
    return [id]
  }
}

internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import Pipelines

extension Workspace {
  /// The contents that a pipeline keeps from a remote: of outputs with `push: false`, or with another `remote`.
  ///
  /// What is tracked at another path as well is not kept back.
  ///
  /// - Throws: ``WorkspaceError/keptBackInTree(_:tree:)``; ``WorkspaceError/invalidPipeline(_:)``: while nobody can say what is to stay here, nothing goes.
  func withheld(from remote: String) throws -> Set<ContentID> {
    guard let project = try project() else { return [] }
    let outputs = project.graph.stages.flatMap(\.outputs).filter { output in
      !output.isPushed || output.remote.map { $0 != remote } ?? false
    }
    let paths = outputs.compactMap { WorkPath(text: StageDeclaration.pointer($0.location, root: root)) }
    if paths.isEmpty { return [] }
    var found: Set<ContentID> = []
    for path in paths {
      let writings = try index.writers(path: path.text) + index.outputsBelow(path: path.text)
      // A folder that holds it would bring it along.
      found.formUnion((writings + (try index.treeWriters(ofPathsAbove: path.text))).compactMap(\.artifact.content))
    }
    let lock = try readLock()
    for path in paths {
      if let tree = lock.tree(around: path) { throw WorkspaceError.keptBackInTree(typed(path), tree: typed(tree.path)) }
    }
    func isKept(_ entry: LockEntry) -> Bool { paths.contains { entry.path == $0 || entry.path.isBelow($0) } }
    found.formUnion(lock.entries.lazy.filter(isKept).map(\.content))
    return found.subtracting(lock.entries.lazy.filter { !isKept($0) }.map(\.content))
  }
}

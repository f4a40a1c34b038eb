internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

extension Workspace {
  /// Finds all that was made from something, and whose that is.
  ///
  /// Runs that aren't asked for are passed through: what they wrote may have been read by those that are.
  ///
  /// - Throws: ``DownstreamError``; what ``target(of:)`` throws; ``WorkspaceError/unknownRevision(_:similar:)``,
  ///   ``WorkspaceError/unknownComponent(_:similar:)``; failures of index and store.
  public func downstream(_ request: DownstreamRequest) throws -> Downstream {
    let index = try index
    for component in request.components { try checkComponent(component) }
    let finder = try originFinder()
    let walk = TraceWalk(index: index, finder: finder, depth: request.depth)
    let starts = try DownstreamStarts(workspace: self, index: index, finder: finder, walk: walk).find(request.start)
    let nodes = try walk.down(from: starts.runs)
    var found = Downstream(
      subject: starts.subject, runs: [], outputs: [], components: [], reached: nodes.count,
      isCut: nodes.contains(where: \.isCut), flags: FlagMarks())
    var places = DownstreamPlaces()
    for node in nodes {
      let run = node.run
      if let since = request.since, run.started < since { continue }
      if !request.components.isEmpty, !request.components.contains(run.component) { continue }
      let leaves = try unread(node, finder)
      let outputs = request.leavesOnly ? node.outputs.filter { leaves.contains($0) } : node.outputs
      if request.leavesOnly, outputs.isEmpty, !node.outputs.isEmpty { continue }
      found.runs.append(
        Downstream.Run(
          run: run, depth: node.depth, causes: starts.causes[run.id] ?? [], outputs: outputs, readers: node.readers))
      for output in outputs { places.add(output, run, isLeaf: leaves.contains(output)) }
    }
    found.outputs = try places.outputs { path in try index.lastWriter(path: path)?.run }
    found.components = try places.components(of: found.runs) { name in try index.component(name)?.owner }
    found.flags = try flagMarks(on: found.outputs.map(\.latest))
    return found
  }

  /// The outputs that none of the readers read.
  private func unread(_ node: Trace.Node, _ finder: OriginFinder) throws -> Set<ArtifactRecord> {
    if node.readers.isEmpty { return Set(node.outputs) }
    let contents = Set(node.readers.compactMap(\.input.content))
    let paths = Set(node.readers.map(\.input.path))
    let trees = Set(node.readers.map(\.input).filter { $0.kind == .tree })
    return Set(
      try node.outputs.filter { output in
        if output.content.map({ contents.contains($0) }) ?? paths.contains(output.path) { return false }
        // A folder's files may have been read one by one, and a file as part of a folder.
        if output.kind == .tree {
          return try !node.readers.contains { try finder.shareContent($0.input, output) }
        }
        return try !trees.contains { try finder.shareContent($0, output) }
      })
  }
}

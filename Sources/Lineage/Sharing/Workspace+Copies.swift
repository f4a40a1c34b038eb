internal import MLTBase
internal import Remotes

extension Workspace {
  /// Finds out which contents fewer remotes have than are wanted.
  ///
  /// - Parameter wanted: how many remotes are to have each, whole.
  /// - Returns: the contents, and the names of the remotes that couldn't be asked.
  func rareContents(
    among contents: Set<ContentID>, copies wanted: Int
  ) throws -> (rare: Set<ContentID>, unreachable: [String]) {
    var missing = Dictionary(uniqueKeysWithValues: contents.map { ($0, wanted) })
    var unreachable: [String] = []
    for remote in remotes() where missing.contains(where: { $0.value > 0 }) {
      do {
        let connection = try connect(to: remote.name)
        let open = missing.filter { $0.value > 0 }.keys.sorted()
        let lacking = try sharing(remote.name) { try connection.remote.lacking(open, of: store) }
        for content in open where !lacking.contains(content) { missing[content, default: 0] -= 1 }
      } catch WorkspaceError.remoteFailed(_, _, let error) where error != .cancelled {
        unreachable.append(remote.name)
      }
    }
    return (Set(missing.filter { $0.value > 0 }.keys), unreachable)
  }
}

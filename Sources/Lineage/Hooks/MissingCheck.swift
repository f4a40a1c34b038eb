internal import MLTBase
internal import ObjectStorage

/// Finds what the lock file of a commit newly names and the store lacks.
///
/// Of a folder that was tracked before only what is new in it is looked at.
struct MissingCheck {
  let state: StagedState
  let store: ObjectStore

  /// The entries that aren't here whole, each with those of its contents that aren't here.
  func run() throws -> [(entry: LockEntry, contents: Set<ContentID>)] {
    let known = Set(state.parents.lazy.flatMap { $0.lock.entries.lazy.map(\.content) })
    return try state.lock.entries.compactMap { entry in
      guard !known.contains(entry.content) else { return nil }
      let lacking: Set<ContentID>
      if entry.kind == .tree {
        let earlier = state.parents.compactMap { $0.lock[entry.path] }.filter { $0.kind == .tree }
        lacking = try self.lacking(of: entry.content, since: Set(earlier.map(\.content)))
      } else {
        lacking = try store.containsFile(entry.content) ? [] : [entry.content]
      }
      return lacking.isEmpty ? nil : (entry: entry, contents: lacking)
    }
  }

  /// What the store lacks of a folder, beside what the same folder had in commits before.
  private func lacking(of folder: ContentID, since earlier: Set<ContentID>) throws -> Set<ContentID> {
    var lacking: Set<ContentID> = []
    var pending = [(folder: folder, earlier: earlier)]
    var seen: Set<ContentID> = [folder]
    while let (folder, earlier) = pending.popLast() {
      guard try store.containsTree(folder) else {
        lacking.insert(folder)
        continue
      }
      let listings = try earlier.filter { try store.containsTree($0) }.map { try store.tree($0) }
      for child in try store.tree(folder).entries where seen.insert(child.content).inserted {
        let before = listings.compactMap { $0[child.name] }
        if before.contains(where: { $0.content == child.content }) { continue }
        if child.mode == .tree {
          pending.append((child.content, Set(before.lazy.filter { $0.mode == .tree }.map(\.content))))
        } else if try !store.containsFile(child.content) {
          lacking.insert(child.content)
        }
      }
    }
    return lacking
  }
}

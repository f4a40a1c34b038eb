/// The changes that two sides made to a lock file since they had the same, put together path by path.
struct LockMerge {
  /// Puts two trees together that were one, or is nil where somebody must choose.
  typealias TreeMerging = (_ base: LockEntry?, _ ours: LockEntry, _ theirs: LockEntry) throws -> LockEntry?

  /// What the two sides have at a path, or have at and below one.
  private enum Item {
    case merged(LockLine)
    case conflict(at: WorkPath, ours: [LockLine], theirs: [LockLine])

    var path: WorkPath {
      switch self {
      case .merged(let line): line.path
      case .conflict(let path, _, _): path
      }
    }

    var holdsTree: Bool {
      switch self {
      case .merged(let line): line.isTree
      case .conflict(let path, let ours, let theirs): (ours + theirs).contains { $0.isTree && $0.path == path }
      }
    }
  }

  private let items: [Item]

  /// Merges; a path is changed on a side if its line differs from that of `base`.
  init(base: LockFile, ours: LockFile, theirs: LockFile, mergingTrees merge: TreeMerging) rethrows {
    let (base, ours, theirs) = (Self.byPath(base), Self.byPath(ours), Self.byPath(theirs))
    var items: [Item] = []
    for path in Set(base.keys).union(ours.keys).union(theirs.keys).sorted() {
      let (before, mine, other) = (base[path], ours[path], theirs[path])
      if mine == other || other == before {
        if let mine { items.append(.merged(mine)) }
      } else if mine == before {
        if let other { items.append(.merged(other)) }
      } else if case .entry(let mine)? = mine, case .entry(let other)? = other, mine.kind == .tree, other.kind == .tree,
        let tree = try merge(Self.tree(before), mine, other)
      {
        items.append(.merged(.entry(tree)))
      } else {
        items.append(.conflict(at: path, ours: mine.map { [$0] } ?? [], theirs: other.map { [$0] } ?? []))
      }
    }
    self.items = Self.nesting(items, ours, theirs)
  }

  private static func byPath(_ lock: LockFile) -> [WorkPath: LockLine] {
    Dictionary(uniqueKeysWithValues: lock.lines.map { ($0.path, $0) })
  }

  private static func tree(_ line: LockLine?) -> LockEntry? {
    if case .entry(let entry)? = line, entry.kind == .tree { entry } else { nil }
  }

  /// One side's tree can have come around the other's lines: they are one conflict then.
  private static func nesting(
    _ items: [Item], _ ours: [WorkPath: LockLine], _ theirs: [WorkPath: LockLine]
  ) -> [Item] {
    var outer: [WorkPath: Bool] = [:]
    for item in items where item.holdsTree { outer[item.path] = false }
    func around(_ path: WorkPath) -> WorkPath? {
      var folder = path.parent
      var found: WorkPath?
      while let next = folder {
        if outer[next] != nil { found = next }
        folder = next.parent
      }
      return found
    }
    for item in items { if let tree = around(item.path) { outer[tree] = true } }
    return items.compactMap { item in
      if around(item.path) != nil { return nil }
      guard outer[item.path] == true else { return item }
      func lines(_ side: [WorkPath: LockLine]) -> [LockLine] {
        side.values.filter { $0.path == item.path || $0.path.isBelow(item.path) }.sorted { $0.path < $1.path }
      }
      return .conflict(at: item.path, ours: lines(ours), theirs: lines(theirs))
    }
  }

  /// The paths at which somebody must choose.
  var conflicts: [WorkPath] {
    items.compactMap { if case .conflict(let path, _, _) = $0 { path } else { nil } }
  }

  /// The file's text, with git's marks around what somebody must choose from.
  var bytes: [UInt8] {
    let lines = items.flatMap { item in
      switch item {
      case .merged(let line): [line.text]
      case .conflict(_, let ours, let theirs):
        ["<<<<<<< ours"] + ours.map(\.text) + ["======="] + theirs.map(\.text) + [">>>>>>> theirs"]
      }
    }
    return LockFile.text(of: lines)
  }
}

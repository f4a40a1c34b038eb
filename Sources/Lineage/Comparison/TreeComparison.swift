internal import MLTBase
internal import ObjectStorage

/// Finds how two versions of tracked data differ, going down into folders only where their ids differ.
///
/// A version is a list of entries as a lock file has them; the folders that lead to them, and the trees among them, are
/// compared name by name, so that data which one version tracks as a tree and the other file by file compares well.
struct TreeComparison {
  /// Returns a tree's listing, which stands at a path; nil if nobody has it.
  typealias Listing = (_ content: ContentID, _ path: WorkPath) throws -> Tree?

  let listingBefore: Listing
  let listingAfter: Listing
  /// The paths that the comparison is limited to, with all below; none for everything.
  var limits: [WorkPath] = []
  /// Whether what only the later version has doesn't count.
  var ignoresNew = false

  private(set) var differences: [FileDifference] = []
  /// Trees that differ and can't be looked into, since a listing is missing.
  private(set) var unlisted: [LockEntry] = []

  init(before: @escaping Listing, after: @escaping Listing) {
    listingBefore = before
    listingAfter = after
  }

  /// What one version has at a path: an entry, or a folder that leads to entries.
  private enum Node {
    case entry(LockEntry)
    case folder(ArraySlice<LockEntry>)
  }

  private struct Step {
    var path: WorkPath
    var before: Node?
    var after: Node?
    var tracked: WorkPath?
  }

  /// Compares two versions, and adds what differs to ``differences``, sorted by path.
  mutating func compare(_ before: [LockEntry], _ after: [LockEntry]) throws {
    let start = differences.count
    // Outside the work tree there are only single artifacts, by their absolute paths.
    let outside = Dictionary(grouping: before.filter(\.path.isOutside), by: \.path)
    let outsideAfter = Dictionary(grouping: after.filter(\.path.isOutside), by: \.path)
    var stack = Set(outside.keys).union(outsideAfter.keys).map { path in
      Step(
        path: path, before: outside[path]?.first.map { .entry($0) },
        after: outsideAfter[path]?.first.map { .entry($0) },
        tracked: nil)
    }
    let top = WorkPath(normal: [UInt8(ascii: ".")])
    let inside = (Self.sorted(before), Self.sorted(after))
    stack.append(Step(path: top, before: .folder(inside.0[...]), after: .folder(inside.1[...]), tracked: nil))
    while let step = stack.popLast() { try visit(step, &stack) }
    differences[start...].sort { $0.path < $1.path }
  }

  private static func sorted(_ entries: [LockEntry]) -> [LockEntry] {
    entries.filter { !$0.path.isOutside }.sorted { $0.path < $1.path }
  }

  private mutating func visit(_ step: Step, _ stack: inout [Step]) throws {
    guard mayHold(step.path) else { return }
    switch (step.before, step.after) {
    case (.entry(let before)?, .entry(let after)?):
      if before.kind == after.kind, before.content == after.content { return }
      if before.kind == .tree, after.kind == .tree { return try descend(step, before, after, &stack) }
      note(before, after, step)
    case (.entry(let before)?, nil): try expand(before, isBefore: true, step, &stack)
    case (nil, .entry(let after)?): try expand(after, isBefore: false, step, &stack)
    case (.folder?, _), (_, .folder?):
      try compareChildren(step, &stack)
    case (nil, nil): return
    }
  }

  private mutating func descend(
    _ step: Step, _ before: LockEntry, _ after: LockEntry, _ stack: inout [Step]
  ) throws {
    let (old, new) = (try listingBefore(before.content, step.path), try listingAfter(after.content, step.path))
    guard let old, let new else {
      if old == nil { unlisted.append(before) }
      if new == nil { unlisted.append(after) }
      return note(before, after, step)
    }
    push(Self.children(old, of: step.path), Self.children(new, of: step.path), step, before.path, &stack)
  }

  /// Goes down into what only one version has; files, links and empty folders are the differences.
  private mutating func expand(_ entry: LockEntry, isBefore: Bool, _ step: Step, _ stack: inout [Step]) throws {
    if entry.kind == .tree {
      if let tree = try (isBefore ? listingBefore : listingAfter)(entry.content, step.path) {
        if !tree.entries.isEmpty {
          let children = Self.children(tree, of: step.path)
          return push(isBefore ? children : [:], isBefore ? [:] : children, step, entry.path, &stack)
        }
      } else {
        unlisted.append(entry)
      }
    }
    note(isBefore ? entry : nil, isBefore ? nil : entry, step)
  }

  /// Compares a folder that leads to entries with whatever the other version has there.
  private mutating func compareChildren(_ step: Step, _ stack: inout [Step]) throws {
    func open(_ node: Node?, _ listing: Listing) throws -> (children: [[UInt8]: Node], leaf: LockEntry?) {
      switch node {
      case .folder(let entries)?: return (Self.children(entries, below: step.path), nil)
      case .entry(let entry)? where entry.kind == .tree:
        guard let tree = try listing(entry.content, step.path) else { return ([:], entry) }
        return (Self.children(tree, of: step.path), nil)
      case .entry(let entry)?: return ([:], entry)
      case nil: return ([:], nil)
      }
    }
    let before = try open(step.before, listingBefore)
    let after = try open(step.after, listingAfter)
    push(before.children, after.children, step, nil, &stack)
    // A file, or a tree that can't be looked into, where the other version has a folder.
    for leaf in [before.leaf, after.leaf] where leaf?.kind == .tree { leaf.map { unlisted.append($0) } }
    if before.leaf != nil { note(before.leaf, nil, step) }
    if after.leaf != nil { note(nil, after.leaf, step) }
  }

  private mutating func push(
    _ before: [[UInt8]: Node], _ after: [[UInt8]: Node], _ step: Step, _ tracked: WorkPath?, _ stack: inout [Step]
  ) {
    for (name, node) in before {
      stack.append(
        Step(path: step.path.appending(name), before: node, after: after[name], tracked: step.tracked ?? tracked))
    }
    for (name, node) in after where before[name] == nil {
      stack.append(
        Step(path: step.path.appending(name), before: nil, after: node, tracked: step.tracked ?? tracked))
    }
  }

  private static func children(_ tree: Tree, of folder: WorkPath) -> [[UInt8]: Node] {
    var children: [[UInt8]: Node] = [:]
    children.reserveCapacity(tree.entries.count)
    for entry in tree.entries {
      children[entry.name] = .entry(LockEntry(entry, at: folder.appending(entry.name)))
    }
    return children
  }

  /// The names below a folder that leads to sorted entries; all below one name stand together.
  private static func children(_ entries: ArraySlice<LockEntry>, below folder: WorkPath) -> [[UInt8]: Node] {
    var children: [[UInt8]: Node] = [:]
    var start = entries.startIndex
    while start < entries.endIndex {
      guard let name = entries[start].path.components(below: folder)?.first else {
        start += 1
        continue
      }
      let child = folder.appending(name)
      if entries[start].path == child {
        children[name] = .entry(entries[start])
        start += 1
        continue
      }
      let end = entries[start...].firstIndex { !$0.path.isBelow(child) } ?? entries.endIndex
      // What lies in a tree is part of it.
      if children[name] == nil { children[name] = .folder(entries[start..<end]) }
      start = max(end, start + 1)
    }
    return children
  }

  private mutating func note(_ before: LockEntry?, _ after: LockEntry?, _ step: Step) {
    guard isWanted(step.path), let change = FileDifference.change(from: before, to: after) else { return }
    if ignoresNew, change == .new { return }
    differences.append(
      FileDifference(change: change, before: before, after: after, tracked: step.tracked ?? step.path))
  }

  private func isWanted(_ path: WorkPath) -> Bool {
    limits.isEmpty || limits.contains { path == $0 || path.isBelow($0) }
  }

  private func mayHold(_ path: WorkPath) -> Bool {
    isWanted(path) || limits.contains { $0.isBelow(path) || path.isRoot }
  }
}

extension LockEntry {
  /// The entry for a child of a tree that stands at `path`.
  init(_ entry: TreeEntry, at path: WorkPath) {
    let kind: Kind =
      switch entry.mode {
      case .file: .file
      case .executable: .executable
      case .link: .link
      case .tree: .tree
      }
    self.init(kind: kind, content: entry.content, size: entry.size, count: entry.count, path: path)
  }
}

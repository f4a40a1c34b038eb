internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// Finds where inputs came from, by content first and by path second.
///
/// Nothing of this is recorded: a producer that becomes known later is found as well. Each question costs a few
/// look-ups in the index, whatever the length of the history.
final class OriginFinder {
  /// The moment from which an input is looked at: a run that read it, or now.
  struct Viewpoint: Hashable {
    var run: RunID?
    var started: Timestamp
    var ended: Timestamp
  }

  /// The size in bytes from which equal content alone is a sign of a copy.
  private static let tellingSize: Int64 = 8
  /// How many trees around a path are looked into before giving up.
  private static let treeCandidates = 64
  /// How many writings that ended after a reader's start are looked at.
  private static let laterCandidates = 64

  private let index: LineageIndex
  private let store: ObjectStore
  private let commits: CommittedContents?
  private var flattened: [ContentID: [[UInt8]: ContentID]] = [:]

  /// Takes where to look.
  ///
  /// - Parameter commits: tells what of the files that git has was there before a run wrote the same; nil where there is no git.
  init(index: LineageIndex, store: ObjectStore, commits: CommittedContents? = nil) {
    self.index = index
    self.store = store
    self.commits = commits
  }

  /// Returns the steps that lead on from an input; more than one only for a tree whose files have several makers.
  func edges(of input: ArtifactRecord, seenFrom view: Viewpoint) throws -> [LineageEdge] {
    guard let content = input.content else {
      // Of a URI only the name is known: whoever wrote there last made it, as far as one can tell.
      guard input.kind == .uri, let writing = try lastWriting(of: input.path, before: view) else {
        return [edge(input, .source)]
      }
      return [edge(input, .produced(writing.run), writing)]
    }
    if input.kind == .tree { return try treeEdges(of: input, content, seenFrom: view) }
    return [try fileEdge(of: input, content, seenFrom: view)]
  }

  private func edge(
    _ input: ArtifactRecord, _ origin: Origin, _ writing: Writing? = nil, count: Int64? = nil
  ) -> LineageEdge {
    LineageEdge(
      input: input, origin: origin, evidence: min(input.evidence, writing?.artifact.evidence ?? input.evidence),
      count: count)
  }

  // MARK: Files

  private func fileEdge(
    of input: ArtifactRecord, _ content: ContentID, seenFrom view: Viewpoint
  ) throws -> LineageEdge {
    let samePath = try writing(seenFrom: view) { before, limit in
      try index.writers(path: input.path, content: content, before: before, limit: limit)
    }
    let inTree = try treeWriting(of: input.path, content, seenFrom: view)
    if let writing = choose([samePath, inTree].compactMap { $0 }, seenFrom: view) {
      return edge(input, .produced(writing.run), writing)
    }
    let last = try lastWriting(of: input.path, before: view)
    // Who tracks an output that was edited says nothing of where it is from: it is still what a run made of its inputs, changed.
    if last == nil, let added = try addition(of: input.path, content, seenFrom: view) {
      return edge(input, .added(added))
    }
    if input.kind != .link, let writing = try copy(of: input, content, seenFrom: view) {
      return edge(input, .copied(writing.run, from: writing.artifact.path), writing)
    }
    if let last { return edge(input, .changedOutside(since: last.run), last) }
    return edge(input, input.isInGit ? .git : .source)
  }

  /// Finds the writing at another path that a content may have been copied or moved from.
  private func copy(
    of input: ArtifactRecord, _ content: ContentID, seenFrom view: Viewpoint
  ) throws -> Writing? {
    guard input.size > 0 else { return nil }
    let name = WorkPath(text: input.path)?.name
    return try writing(seenFrom: view) { before, limit in
      try index.writers(content: content, before: before, limit: limit).filter { writing in
        // A few bytes are alike by chance; with the name they had they are the same thing.
        let isTelling = input.size >= Self.tellingSize || WorkPath(text: writing.artifact.path)?.name == name
        return try isTelling && writing.artifact.path != input.path && !stood(input, content, before: writing)
      }
    }
  }

  /// Whether a content stood at the path already when it was written elsewhere.
  ///
  /// A run had read it there by then, or the writer itself did, or the commit that the writer ran on has it there. Asked of few
  /// candidates, since any number of runs may have read the path since. What git has only since then is what the run made:
  /// committing a file is no way of making it.
  private func stood(_ input: ArtifactRecord, _ content: ContentID, before writing: Writing) throws -> Bool {
    let earlier = try index.readers(path: input.path, content: content, before: writing.started, limit: 1)
    if !earlier.isEmpty { return true }
    let wasRead = try index.files(of: writing.run, role: .input).contains {
      $0.path == input.path && $0.content == content
    }
    if wasRead { return true }
    guard let commits, let commit = try index.run(writing.run)?.git?.commit else { return false }
    return commits.has(content, at: input.path, commit: commit)
  }

  /// Chooses the writing that the reader can have met: the last that had ended when the reader started; else one that
  /// ended while it went on; else one that was under way.
  private func choose(_ writings: [Writing], seenFrom view: Viewpoint) -> Writing? {
    var ended: Writing?
    var during: Writing?
    var open: Writing?
    func order(_ writing: Writing) -> (Timestamp, RunID) { (writing.ended, writing.run) }
    for writing in writings where writing.run != view.run {
      if writing.ended <= view.started {
        if ended.map({ order($0) < order(writing) }) ?? true { ended = writing }
      } else if writing.ended <= view.ended {
        if during.map({ order(writing) < order($0) }) ?? true { during = writing }
      } else if writing.started <= view.ended {
        if open.map({ order(writing) < order($0) }) ?? true { open = writing }
      }
    }
    return ended ?? during ?? open
  }

  /// Asks for the writings that had ended when the reader started, a few of the last; only if none is right, for more.
  private func writing(
    seenFrom view: Viewpoint, _ ask: (_ before: Timestamp?, _ limit: Int) throws -> [Writing]
  ) throws -> Writing? {
    if view.run == nil { return choose(try ask(nil, 2), seenFrom: view) }
    // `before` leaves out the moment itself; the reader may have started in the same microsecond.
    let earlier = try ask(Timestamp(microseconds: view.started.microseconds + 1), 2)
    if let writing = choose(earlier, seenFrom: view) { return writing }
    return choose(try ask(nil, Self.laterCandidates), seenFrom: view)
  }

  private func lastWriting(of path: String, before view: Viewpoint) throws -> Writing? {
    let moment = view.run == nil ? nil : Timestamp(microseconds: view.started.microseconds + 1)
    return try index.writers(path: path, before: moment, limit: 2).first { $0.run != view.run }
  }

  /// Finds when a content was added by hand at a path, or in a folder around it.
  private func addition(of path: String, _ content: ContentID, seenFrom view: Viewpoint) throws -> Timestamp? {
    var moments = try index.added(path: path, content: content).map(\.at)
    let whole = WorkPath(text: path)
    var folder = whole?.parent
    while let around = folder, !around.isRoot {
      for addition in try index.added(path: around.text).prefix(Self.treeCandidates) {
        guard let tree = addition.artifact.content, addition.artifact.kind == .tree, try store.containsTree(tree),
          let names = whole?.components(below: around), try store.entry(at: names, in: tree)?.content == content
        else { continue }
        moments.append(addition.at)
      }
      folder = around.parent
    }
    return moments.filter { $0 <= view.ended }.max()
  }

  /// Finds the tree around a path whose listing has this content at it.
  private func treeWriting(of path: String, _ content: ContentID, seenFrom view: Viewpoint) throws -> Writing? {
    guard let whole = WorkPath(text: path) else { return nil }
    let candidates = try index.treeWriters(ofPathsAbove: path, before: after(view), limit: Self.treeCandidates)
    let matching = try candidates.filter { writing in
      guard writing.run != view.run, let folder = WorkPath(text: writing.artifact.path),
        let names = whole.components(below: folder),
        let tree = writing.artifact.content, try store.containsTree(tree)
      else { return false }
      return try store.entry(at: names, in: tree)?.content == content
    }
    return choose(matching, seenFrom: view)
  }

  private func after(_ view: Viewpoint) -> Timestamp? {
    view.run == nil ? nil : Timestamp(microseconds: view.ended.microseconds + 1)
  }

  // MARK: Trees

  private func treeEdges(
    of input: ArtifactRecord, _ content: ContentID, seenFrom view: Viewpoint
  ) throws -> [LineageEdge] {
    let same = try writing(seenFrom: view) { before, limit in
      try index.writers(path: input.path, content: content, before: before, limit: limit)
    }
    if let writing = same {
      return [edge(input, .produced(writing.run), writing)]
    }
    guard let folder = WorkPath(text: input.path), var wanted = try files(of: content), !wanted.isEmpty else {
      return [try fileEdge(of: input, content, seenFrom: view)]
    }
    var edges: [LineageEdge] = []
    func take(_ writing: Writing, _ found: [[UInt8]]) {
      if found.isEmpty { return }
      for path in found { wanted[path] = nil }
      edges.append(edge(input, .produced(writing.run), writing, count: Int64(found.count)))
    }
    var outside: Writing?
    let limit = Self.treeCandidates
    var covering = try index.writers(path: input.path, before: after(view), limit: limit)
    covering += try index.treeWriters(ofPathsAbove: input.path, before: after(view), limit: limit)
    covering.removeAll { $0.run == view.run }
    covering.sort { ($0.ended, $0.run) > ($1.ended, $1.run) }
    for writing in covering where !wanted.isEmpty {
      guard let tree = writing.artifact.content, let top = WorkPath(text: writing.artifact.path),
        let made = try files(of: tree)
      else { continue }
      let prefix = Self.prefix(of: folder, below: top)
      take(writing, wanted.filter { made[prefix + $0.key] == $0.value }.map(\.key))
      if outside == nil, wanted.contains(where: { made[prefix + $0.key] != nil }) { outside = writing }
    }
    if !wanted.isEmpty {
      var byRun: [RunID: (writing: Writing, paths: [[UInt8]])] = [:]
      for writing in try index.outputsBelow(path: input.path, before: after(view)) where writing.run != view.run {
        guard let names = WorkPath(text: writing.artifact.path)?.components(below: folder) else { continue }
        let key = Array(names.joined(separator: [0x2F]))
        guard let content = wanted[key] else { continue }
        if writing.artifact.content == content {
          wanted[key] = nil
          byRun[writing.run, default: (writing, [])].paths.append(key)
        } else if outside == nil {
          outside = writing
        }
      }
      for (_, entry) in byRun.sorted(by: { $0.key < $1.key }) { take(entry.writing, entry.paths) }
    }
    if !wanted.isEmpty {
      let count = edges.isEmpty ? nil : Int64(wanted.count)
      if let outside {
        edges.append(edge(input, .changedOutside(since: outside.run), outside, count: count))
      } else {
        let added = try index.added(path: input.path, content: nil).map(\.at).filter { $0 <= view.ended }.max()
        edges.append(edge(input, added.map { .added($0) } ?? .source, count: count))
      }
    }
    return edges
  }

  /// What stands before a name in a folder when it is seen from a folder further up: `a/b/`, or nothing.
  private static func prefix(of folder: WorkPath, below top: WorkPath) -> [UInt8] {
    (folder.components(below: top) ?? []).reduce(into: []) { $0 += $1 + [0x2F] }
  }

  /// Whether one artifact's files include a file of the other, at the same path with the same content.
  func shareContent(_ left: ArtifactRecord, _ right: ArtifactRecord) throws -> Bool {
    guard let leftPath = WorkPath(text: left.path), let rightPath = WorkPath(text: right.path) else { return false }
    let (outer, inner) = left.kind == .tree && !leftPath.isBelow(rightPath) ? (left, right) : (right, left)
    guard outer.kind == .tree, let tree = outer.content, let files = try files(of: tree),
      let top = WorkPath(text: outer.path), let bottom = WorkPath(text: inner.path), let content = inner.content,
      bottom == top || bottom.isBelow(top)
    else { return false }
    let prefix = Self.prefix(of: bottom, below: top)
    guard inner.kind == .tree else { return files[Array(prefix.dropLast())] == content }
    guard let others = try self.files(of: content) else { return false }
    return others.contains { name, id in files[prefix + name] == id }
  }

  /// Makes the files of a tree known whose listing the store hasn't got.
  func learn(_ files: [[UInt8]: ContentID], of tree: ContentID) {
    flattened[tree] = files
  }

  /// Returns the files of a tree by their path from its top; nil if the store hasn't got its listings.
  func files(of tree: ContentID) throws -> [[UInt8]: ContentID]? {
    if let known = flattened[tree] { return known }
    var files: [[UInt8]: ContentID] = [:]
    var pending: [(prefix: [UInt8], tree: ContentID)] = [([], tree)]
    while let (prefix, id) = pending.popLast() {
      guard try store.containsTree(id) else { return nil }
      for entry in try store.tree(id).entries {
        if entry.mode == .tree {
          pending.append((prefix + entry.name + [0x2F], entry.content))
        } else {
          files[prefix + entry.name] = entry.content
        }
      }
    }
    // One tree is asked for again and again while one trace goes on; a few are enough to remember.
    if flattened.count > 16 { flattened = [:] }
    flattened[tree] = files
    return files
  }
}

internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  // Files of fewer bytes are alike by chance: whose they are nobody can tell.
  private static let tellingSize: Int64 = 8

  /// Finds out what purging a label's contents would delete.
  ///
  /// That are the contents of all files that the label stands on, and of all that were made of them, wherever they are; but not one that
  /// was there before, or that a run made of other things, too.
  ///
  /// - Throws: ``WorkspaceError/unknownLabel(_:similar:)``; failures of index, store and git.
  public func purgePlan(of label: String) throws -> PurgePlan {
    var plan = PurgePlan(label: try self.label(label))
    let store = try store
    let book = try LabelBook(plan.label.marks, plan.label.retraction.map { [$0] } ?? [], store: store)
    let finder = try originFinder()
    let walk = DerivationWalk(book, index: try index, finder: finder)
    let runs = try walk.runs()
    let derivedRuns = Set(runs)
    var places: [ContentID: (path: String, size: Int64)] = [:]
    var inGit: Set<String> = []
    func take(_ artifact: ArtifactRecord, _ files: inout [ContentID: (path: String, size: Int64)]) throws {
      if artifact.isInGit { inGit.insert(artifact.path) }
      try forEachFile(of: artifact) { path, content, size in
        if files[content].map({ path < $0.path }) ?? true { files[content] = (path, size) }
      }
    }
    for artifact in try walk.labelled() where try !book.marks(on: artifact, finder).isEmpty {
      if artifact.kind == .tree, try !isLabelledWhole(artifact, book) {
        try forEachFile(of: artifact) { path, content, size in
          let file = ArtifactRecord(path: path, kind: .file, content: content, size: size, evidence: .declared)
          if try !book.marks(on: file, finder).isEmpty { places[content] = (path, size) }
        }
      } else {
        try take(artifact, &places)
      }
    }
    for (path, content, size) in try presentFiles(below: book) { places[content] = places[content] ?? (path, size) }
    var derived: [ContentID: (path: String, size: Int64)] = [:]
    var made: [ContentID: OtherOrigins.Making] = [:]
    for run in runs {
      guard let record = try index.run(run) else { continue }
      let making = OtherOrigins.Making(started: record.started, commit: record.git?.commit)
      for output in try index.files(of: run, role: .output) {
        try take(output, &derived)
        try forEachFile(of: output) { _, content, _ in
          if made[content].map({ making.started < $0.started }) ?? true { made[content] = making }
        }
      }
    }
    for content in places.keys { made[content] = nil }
    let others = try OtherOrigins(self, made: made, by: derivedRuns).find()
    for (content, place) in derived where places[content] == nil {
      if let reason = others[content] {
        plan.spared.append(PurgePlan.Spared(content: content, path: place.path, reason: reason))
      } else {
        places[content] = place
      }
    }
    for (content, place) in places {
      if place.size < Self.tellingSize {
        plan.spared.append(PurgePlan.Spared(content: content, path: place.path, reason: .short))
      } else {
        plan.files.append(PurgePlan.File(content: content, size: place.size, path: place.path))
      }
    }
    plan.files.sort { ($0.path, $0.content) < ($1.path, $1.content) }
    plan.spared.sort { ($0.path, $0.content) < ($1.path, $1.content) }
    try findFiles(&plan, &inGit)
    plan.inGit = inGit.sorted()
    return plan
  }

  // Whether all that a folder held counts, and not only some files in it.
  private func isLabelledWhole(_ tree: ArtifactRecord, _ book: LabelBook) throws -> Bool {
    book.marks.contains { mark in
      guard let artifact = mark.artifact else { return false }
      if artifact.content != nil { return artifact.content == tree.content }
      guard let place = WorkPath(text: artifact.path), let path = WorkPath(text: tree.path) else { return false }
      return path == place || path.isBelow(place)
    }
  }

  // What stands now where a label stands on paths, recorded or not.
  private func presentFiles(below book: LabelBook) throws -> [(String, ContentID, Int64)] {
    let catalog = try makeCatalog()
    var found: [(String, ContentID, Int64)] = []
    for mark in book.marks {
      guard let artifact = mark.artifact, artifact.content == nil, let path = WorkPath(text: artifact.path),
        let status = try FileStatus(at: path.filePath(in: root))
      else { continue }
      var paths = [path]
      if status.kind == .directory {
        paths = try catalog.files(in: path).keys.map { path.appending($0) }
      }
      // What mlt itself keeps up to date is nobody's data.
      for path in paths where !Self.isBookkeeping(path.bytes) {
        guard let identity = try catalog.identity(of: path), identity.kind == .file else { continue }
        found.append((path.text, identity.content, identity.size))
      }
    }
    try catalog.remember()
    return found
  }

  // The files that an artifact is, or holds as far as its listings are here.
  private func forEachFile(
    of artifact: ArtifactRecord, _ body: (_ path: String, ContentID, Int64) throws -> Void
  ) throws {
    guard let content = artifact.content else { return }
    switch artifact.kind {
    case .file: try body(artifact.path, content, artifact.size)
    case .link, .uri: break
    case .tree:
      guard let folder = WorkPath(text: artifact.path), try store.containsTree(content) else { return }
      try TreeFiles.entries(of: content, at: folder, store) { path, entry in
        if entry.mode != .link { try body(path.text, entry.content, entry.size) }
      }
    }
  }

  // Where the contents stand in the work tree: wherever they were recorded, or last seen.
  private func findFiles(_ plan: inout PurgePlan, _ inGit: inout Set<String>) throws {
    let contents = plan.contents
    var candidates = Set(plan.files.compactMap { WorkPath(text: $0.path) })
    try index.cachedContents(below: ".").forEach { text, cached in
      if contents.contains(cached.content), let path = WorkPath(text: text) { candidates.insert(path) }
    }
    for content in contents {
      for use in try index.writers(content: content).prefix(64) + index.readers(content: content).prefix(64) {
        if let path = WorkPath(text: use.artifact.path) { candidates.insert(path) }
      }
    }
    let catalog = try makeCatalog()
    for path in candidates where !path.isOutside {
      // What can't be read can't be known either.
      guard let identity = (try? catalog.identity(of: path)) ?? nil, identity.kind == .file,
        contents.contains(identity.content)
      else { continue }
      plan.inWorkTree.append(path)
      if try repository?.isTracked(path.bytes) == true { inGit.insert(path.text) }
    }
    plan.inWorkTree.sort()
    try catalog.remember()
  }
}

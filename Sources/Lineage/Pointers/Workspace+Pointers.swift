internal import GitAccess
internal import Journaling
internal import LineageIndexing
public import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  /// The fewest digits that abbreviate an id.
  static let shortestPrefix = 4

  /// Finds out what a pointer names: a path, `PATH@RUN`, `PATH@{MOMENT}`, `COMMIT:PATH`, a run's id, a content's id,
  /// `models:/NAME@ALIAS` or another version of a model, or a URI.
  ///
  /// A path comes first if something stands there or was ever recorded for it; a path that looks like an id can be
  /// written with `./` in front, and an id that looks like a path in full.
  ///
  /// - Throws: ``WorkspaceError/unknownPointer(_:similar:)``, ``WorkspaceError/ambiguousPointer(_:candidates:)``,
  ///   ``WorkspaceError/notInRun(path:run:)``, ``WorkspaceError/notByThen(path:moment:)``,
  ///   ``WorkspaceError/notInCommit(path:commit:)``, ``ModelError``.
  public func target(of pointer: String) throws -> Target {
    if pointer.hasPrefix(ModelReference.scheme) { return .artifact(try artifact(ofModel: pointer)) }
    if let (path, moment) = Self.splitMoment(pointer) { return .artifact(try artifact(at: path, by: moment)) }
    if let (path, suffix) = Self.split(pointer), let run = try runIfAny(suffix) {
      return .artifact(try artifact(at: path, of: run))
    }
    if pointer.contains("://") { return try uri(pointer) }
    if let found = try artifact(atPath: pointer) { return .artifact(found) }
    if let found = try identified(pointer) { return found }
    if let found = try artifact(inCommit: pointer) { return .artifact(found) }
    throw WorkspaceError.unknownPointer(pointer, similar: try similarPaths(to: pointer))
  }

  /// Takes `PATH@RUN` apart; nil for what isn't of that form.
  ///
  /// A pointer whose bytes aren't plain text comes quoted as a whole (``PathText``), with the run inside the quotes.
  static func split(_ pointer: String) -> (path: String, run: String)? {
    let quoted = pointer.last == "\"" ? PathText.decode(pointer) : nil
    let bytes = quoted ?? Array(pointer.utf8)
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0,
      let run = String(validating: bytes[(at + 1)...], as: UTF8.self)
    else { return nil }
    let path = bytes[..<at]
    return (quoted == nil ? String(decoding: path, as: UTF8.self) : PathText.encode(path), run)
  }

  /// Finds the run that a pointer names.
  public func run(of pointer: String) throws -> RunID {
    switch try target(of: pointer) {
    case .run(let run): return run
    case .artifact(let target):
      if case .ofRun(let run) = target.version { return run }
      guard let writing = try producer(of: target.artifact) else {
        throw WorkspaceError.unsuitablePointer(pointer, wanted: .run)
      }
      return writing
    }
  }

  /// Finds the artifact that a pointer names.
  public func artifact(of pointer: String) throws -> ArtifactTarget {
    switch try target(of: pointer) {
    case .artifact(let target): return target
    case .run: throw WorkspaceError.unsuitablePointer(pointer, wanted: .artifact)
    }
  }

  /// The run that made an artifact, as seen now.
  func producer(of artifact: ArtifactRecord) throws -> RunID? {
    let edges = try originFinder().edges(of: artifact, seenFrom: presentView())
    for edge in edges {
      switch edge.origin {
      case .produced(let run), .copied(let run, _): return run
      case .changedOutside, .added, .git, .source: continue
      }
    }
    return nil
  }

  func presentView() -> OriginFinder.Viewpoint {
    // Everything that is recorded lies in the past, whatever other machines' clocks said.
    let end = Timestamp(microseconds: .max)
    return OriginFinder.Viewpoint(run: nil, started: end, ended: end)
  }

  // MARK: Ids

  private static func isPrefix(_ text: String) -> Bool {
    (shortestPrefix...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }

  func runIfAny(_ text: String) throws -> RunID? {
    guard Self.isPrefix(text) else { return nil }
    let runs = try index.runIDs(prefix: text, limit: 10)
    if runs.count > 1 { throw WorkspaceError.ambiguousPointer(text, candidates: try runs.map(candidate)) }
    return runs.first
  }

  func candidate(_ run: RunID) throws -> PointerCandidate {
    .run(run, component: try index.run(run)?.component ?? "")
  }

  private func identified(_ pointer: String) throws -> Target? {
    guard Self.isPrefix(pointer) else { return nil }
    let runs = try index.runIDs(prefix: pointer, limit: 10)
    var contents = Set(try index.contentIDs(prefix: pointer, limit: 10))
    // The store also knows the pieces of large files, which nobody asks for while something recorded fits.
    if runs.isEmpty, contents.isEmpty {
      for (id, _) in try store.identifiers(prefix: pointer, limit: 10) { contents.insert(id) }
    }
    if runs.count + contents.count > 1 {
      let candidates =
        try runs.map(candidate) + contents.sorted().map { .content($0, path: try recordOf($0)?.path) }
      throw WorkspaceError.ambiguousPointer(pointer, candidates: candidates)
    }
    if let run = runs.first { return .run(run) }
    guard let content = contents.first else { return nil }
    return .artifact(ArtifactTarget(artifact: try recordOf(content) ?? bare(content), version: .content))
  }

  /// The latest record of a content anywhere.
  private func recordOf(_ content: ContentID) throws -> ArtifactRecord? {
    if let writing = try index.writers(content: content).first { return writing.artifact }
    if let reading = try index.readers(content: content).first { return reading.artifact }
    return try index.added(content: content).first?.artifact
  }

  private func bare(_ content: ContentID) throws -> ArtifactRecord {
    let isTree = try store.containsTree(content)
    let size = isTree ? try store.tree(content).size : try store.fileSize(content) ?? 0
    return ArtifactRecord(
      path: content.hex, kind: isTree ? .tree : .file, content: content, size: size, evidence: .observed, isStored: true
    )
  }

  // MARK: Paths

  private func uri(_ pointer: String) throws -> Target {
    let known = try index.lastWriter(path: pointer, before: nil) != nil || !index.readers(path: pointer).isEmpty
    guard known else { throw WorkspaceError.unknownPointer(pointer, similar: try similarPaths(to: pointer)) }
    let record = ArtifactRecord(path: pointer, kind: .uri, content: nil, size: 0, evidence: .declared)
    return .artifact(ArtifactTarget(artifact: record, version: .recorded))
  }

  /// What a path has now, else what the lock file says, else what was recorded last; nil if it was never known.
  private func artifact(atPath argument: String) throws -> ArtifactTarget? {
    let path = path(of: argument)
    let catalog = try makeCatalog()
    let resolved = try followedLink(path)
    // A folder outside, or the whole work tree, is no artifact unless somebody recorded it; reading it could take hours.
    if resolved.isOutside || resolved.isRoot,
      try FileStatus(at: resolved.filePath(in: root))?.kind == .directory,
      try index.lastWriter(path: resolved.text) == nil, try index.readers(path: resolved.text, limit: 1).isEmpty
    {
      return nil
    }
    if let identity = try catalog.identity(of: resolved) {
      try catalog.remember()
      let inGit =
        try !resolved.isOutside && identity.kind == .file && repository?.isTracked(resolved.bytes) ?? false
        && repository?.matchesHead(resolved.bytes) ?? false
      let artifact = ArtifactRecord(
        path: resolved.text, kind: identity.kind, content: identity.content, size: identity.size,
        count: identity.kind == .tree ? identity.count : nil, isExecutable: identity.isExecutable,
        evidence: .observed, isInGit: inGit)
      return ArtifactTarget(artifact: artifact, version: .present)
    }
    if let locked = try lockedArtifact(resolved) { return ArtifactTarget(artifact: locked, version: .locked) }
    if let last = try index.lastWriter(path: resolved.text, before: nil) {
      return ArtifactTarget(artifact: last.artifact, version: .recorded)
    }
    if let last = try index.readers(path: resolved.text).first {
      return ArtifactTarget(artifact: last.artifact, version: .recorded)
    }
    return nil
  }

  /// Follows a symbolic link that leads to a file or folder in the work tree.
  private func followedLink(_ path: WorkPath) throws -> WorkPath {
    let file = path.filePath(in: root)
    guard let status = try FileStatus(at: file), status.kind == .symbolicLink,
      let target = FileOperations.resolved(file)
    else { return path }
    return inside(target)
  }

  /// What the lock file says of a path, or of the place in a tracked tree that the path names.
  func lockedArtifact(_ path: WorkPath) throws -> ArtifactRecord? {
    try lockedArtifact(path, in: readLock())
  }

  /// What a lock file says of a path, or of the place in one of its trees that the path names.
  func lockedArtifact(_ path: WorkPath, in lock: LockFile) throws -> ArtifactRecord? {
    if let entry = lock[path] { return Self.record(of: entry) }
    guard let tree = lock.tree(around: path), let names = path.components(below: tree.path),
      try store.containsTree(tree.content), let entry = try store.entry(at: names, in: tree.content)
    else { return nil }
    return Self.record(of: entry, at: path)
  }

  static func record(of entry: LockEntry) -> ArtifactRecord {
    let kind: ArtifactRecord.Kind =
      switch entry.kind {
      case .file, .executable: .file
      case .link: .link
      case .tree: .tree
      }
    return ArtifactRecord(
      path: entry.path.text, kind: kind, content: entry.content, size: entry.size,
      count: entry.kind == .tree ? entry.count : nil, isExecutable: entry.kind == .executable, evidence: .observed,
      isStored: true)
  }

  static func record(of entry: TreeEntry, at path: WorkPath) -> ArtifactRecord {
    let kind: ArtifactRecord.Kind =
      switch entry.mode {
      case .file, .executable: .file
      case .link: .link
      case .tree: .tree
      }
    return ArtifactRecord(
      path: path.text, kind: kind, content: entry.content, size: entry.size,
      count: entry.mode == .tree ? entry.count : nil, isExecutable: entry.mode == .executable, evidence: .observed,
      isStored: true)
  }

  /// What a run has at a path: an output before an input, or a place in a tree that it wrote or read.
  private func artifact(at argument: String, of run: RunID) throws -> ArtifactTarget {
    let path = argument.contains("://") ? nil : path(of: argument)
    let text = path?.text ?? argument
    let files = try index.files(of: run, role: .output) + index.files(of: run, role: .input)
    if let exact = files.first(where: { $0.path == text }) {
      return ArtifactTarget(artifact: exact, version: .ofRun(run))
    }
    if let path {
      for file in files where file.kind == .tree {
        guard let folder = WorkPath(text: file.path), let names = path.components(below: folder),
          let tree = file.content, try store.containsTree(tree), let entry = try store.entry(at: names, in: tree)
        else { continue }
        return ArtifactTarget(artifact: Self.record(of: entry, at: path), version: .ofRun(run))
      }
    }
    throw WorkspaceError.notInRun(path: text, run: run)
  }

  // MARK: Did you mean

  /// Recorded and tracked paths that look like a mistyped one, the nearest first.
  func similarPaths(to argument: String) throws -> [String] {
    let wanted = argument.contains("://") ? argument : path(of: argument).text
    var candidates = Set(try index.knownPaths(like: wanted, limit: 200))
    // A lock file that can't be read mustn't stand in front of what was to be said.
    for entry in ((try? readLock()) ?? LockFile()).entries.prefix(10_000) { candidates.insert(entry.path.text) }
    return Similarity.nearest(to: wanted, among: candidates, limit: 3).map { typed($0) }
  }
}

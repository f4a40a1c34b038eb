internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Finds the runs that something reaches first.
struct DownstreamStarts {
  let workspace: Workspace
  let index: LineageIndex
  let finder: OriginFinder
  let walk: TraceWalk

  /// What was found.
  struct Found {
    /// What was asked about, in a few words.
    var subject: String
    /// The runs, in the order in which they were found, each with all that speaks for it.
    private(set) var runs: [RunID] = []
    private(set) var causes: [RunID: [Downstream.Cause]] = [:]

    init(_ subject: String) { self.subject = subject }

    mutating func add(_ run: RunID, _ cause: Downstream.Cause) {
      if causes[run] == nil { runs.append(run) }
      if causes[run]?.contains(cause) != true { causes[run, default: []].append(cause) }
    }
  }

  /// Finds them.
  ///
  /// - Throws: ``DownstreamError``; what pointers throw; ``WorkspaceError/unknownRevision(_:similar:)``,
  ///   ``WorkspaceError/unknownComponent(_:similar:)``.
  func find(_ start: DownstreamRequest.Start) throws -> Found {
    switch start {
    case .pointer(let pointer): return try named(pointer)
    case .commit(let revision): return try commit(workspace.requireCommit(of: revision), revision)
    case .package(let text): return try package(text)
    case .component(let name):
      try workspace.checkComponent(name)
      return try component(name)
    }
  }

  // MARK: Pointers

  private func named(_ pointer: String) throws -> Found {
    do {
      switch try workspace.target(of: pointer) {
      case .run(let run):
        var found = Found("run \(run.short)")
        found.add(run, .asked)
        return found
      case .artifact(let target):
        var found = Found(target.artifact.path)
        try workspace.learnFolder(target, finder)
        for reader in try walk.readers(of: target.artifact) { found.add(reader.run, .read(path: reader.input.path)) }
        return found
      }
    } catch WorkspaceError.unknownPointer(let text, let similar) {
      if let found = try pattern(pointer) { return found }
      if try index.component(pointer) != nil { return try component(pointer) }
      if let commit = try workspace.commit(of: pointer) { return try self.commit(commit, pointer) }
      throw WorkspaceError.unknownPointer(text, similar: similar)
    }
  }

  /// The readers of all recorded versions of paths that match a pattern or lie in a folder; nil if none does.
  private func pattern(_ argument: String) throws -> Found? {
    let pattern = workspace.path(of: argument)
    guard let glob = Glob(pattern.bytes), !pattern.isRoot else { return nil }
    let names = pattern.components
    let plain = names.prefix { !PatternSearch.isPattern(String(decoding: $0, as: UTF8.self)) && !$0.contains(0x5C) }
    let top = WorkPath(normal: [UInt8(ascii: pattern.isOutside ? "/" : ".")])
    let folder = plain.reduce(top) { $0.appending($1) }
    /// Whether the pattern names the path or a folder around it.
    func matches(_ path: WorkPath) -> Bool {
      var next: WorkPath? = path
      while let place = next, !place.isRoot, place.bytes.count >= folder.bytes.count || folder.isRoot {
        if glob.matches(place.bytes[...]) { return true }
        next = place.parent
      }
      return false
    }
    let paths = try index.paths(in: folder.text) { WorkPath(text: $0).map(matches) ?? false }
    // What lies in a folder that was read or written as one has no record of its own.
    let around = try index.treeReaders(ofPathsAbove: folder.appending([UInt8(ascii: "x")]).text).filter { reading in
      guard let tree = reading.artifact.content, let place = WorkPath(text: reading.artifact.path), !matches(place)
      else { return false }
      return try finder.files(of: tree)?.keys.contains {
        matches(WorkPath(normal: (place.isRoot ? [] : place.bytes + [0x2F]) + $0))
      }
        ?? false
    }
    if paths.isEmpty, around.isEmpty { return nil }
    var found = Found(pattern.text)
    var readings: [Reading] = around
    for path in paths { readings += try index.readers(path: path) }
    // Copies, and folders around, that were read: of what runs wrote there.
    let readers = ReaderFinder(index: index, finder: finder)
    var more: [ReaderFinder.Found] = []
    var records: [RunID: RunRecord] = [:]
    for path in paths {
      for writing in try index.writers(path: path) {
        guard let record = try records[writing.run] ?? index.run(writing.run) else { continue }
        records[writing.run] = record
        more += try readers.readers(of: writing.artifact, writtenBy: record)
      }
    }
    more += readings.map {
      ReaderFinder.Found(reader: Trace.Reader(run: $0.run, input: $0.artifact), started: $0.started)
    }
    for reader in TraceWalk.sorted(more) { found.add(reader.run, .read(path: reader.input.path)) }
    return found
  }

  // MARK: Groups of runs

  private func component(_ name: String) throws -> Found {
    var found = Found("component \(name)")
    for run in try index.runs(ofComponent: name) { found.add(run, .ofComponent) }
    return found
  }

  private func package(_ text: String) throws -> Found {
    guard let range = PackageRange(text) else { throw DownstreamError.malformedPackage(text) }
    var found = Found("package \(text)")
    var isKnown = false
    let users = try index.runs(loading: range.name) { package in
      isKnown = isKnown || range.isNamed(package)
      return range.contains(package)
    }
    guard isKnown else { throw DownstreamError.unknownPackage(range.name) }
    for (run, package) in users { found.add(run, .loaded(package: package.name, version: package.version)) }
    return found
  }

  private func commit(_ commit: String, _ revision: String) throws -> Found {
    let isName = !commit.hasPrefix(revision)
    var found = Found("commit \(commit.prefix(10))" + (isName ? " (\(revision))" : ""))
    for run in try index.runs(atCommit: commit) { found.add(run, .madeAtCommit) }
    guard let repository = workspace.repository else { return found }
    for bytes in try repository.pathsChanged(by: commit) {
      let path = PathText.encode(bytes)
      // Most of what commits change was never read by a run.
      guard try !index.readers(path: path, limit: 1).isEmpty,
        let content = try repository.blob(at: bytes, commit: commit, limit: Self.largestFile)
      else { continue }
      for reading in try index.readers(path: path, content: ContentHasher.contentID(of: content)).reversed() {
        found.add(reading.run, .readChanged(path: path))
      }
    }
    return found
  }

  private static let largestFile = 1 << 30
}

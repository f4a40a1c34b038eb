internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

extension Workspace {
  /// Compares two versions of data: of the lock file, the work tree, commits and runs.
  ///
  /// Without versions the lock file is compared with the work tree; one version is compared with the work tree; two with
  /// each other. A commit stands for what its lock file says, a run for what it wrote and read. Nothing is stored, and
  /// of the work tree no file is read that the stat cache vouches for.
  ///
  /// Two artifacts can be named instead, or one that is compared with what stands at its path now.
  ///
  /// A tree whose listing is missing counts as one thing that differs, and is noted in ``notices``.
  ///
  /// - Throws: ``WorkspaceError/unknownVersion(_:similar:)`` for what is neither version nor path,
  ///   ``WorkspaceError/ambiguousPointer(_:candidates:)`` for what could be several,
  ///   ``WorkspaceError/unlikeVersions(_:_:)`` for a commit and a run, and what reading them throws.
  public func diff(_ request: DiffRequest) throws -> DiffReport {
    if let pair = try artifactPair(request) { return try diff(pair.before, pair.after) }
    let (sides, paths) = try sides(of: request)
    let lock = try readLock()
    let catalog = try makeCatalog()
    let listings = PresentListings(catalog)
    let limits = paths.map { path(of: $0) }
    func differences(
      _ before: [LockEntry], _ after: [LockEntry], ignoringNew: Bool = false
    ) throws -> [FileDifference] {
      var comparison = TreeComparison(before: stored, after: sides.after == .workTree ? listings.listing : stored)
      comparison.limits = limits
      comparison.ignoresNew = ignoringNew
      try comparison.compare(before, after)
      for tree in comparison.unlisted { notices.append(.unlisted(path: tree.path.text, content: tree.content)) }
      return FileDifference.pairingRenames(comparison.differences)
    }
    var sections: [DiffReport.Section] = []
    switch (sides.before, sides.after) {
    case (.run(let run), let after):
      for (role, subject) in [(FileRole.output, DiffReport.Section.Subject.outputs), (.input, .inputs)] {
        let files = try index.files(of: run, role: role)
        var found: [FileDifference] = []
        if case .run(let other) = after {
          let others = try index.files(of: other, role: role)
          found = try differences(files.compactMap { LockEntry($0) }, others.compactMap { LockEntry($0) })
        } else {
          // Of a folder that the run read in part, only what it read counts.
          for isPartial in [false, true] {
            let entries = files.filter { $0.isPartial == isPartial }.compactMap { LockEntry($0) }
            found += try differences(entries, present(at: entries.map(\.path), catalog), ignoringNew: isPartial)
          }
          found.sort { $0.path < $1.path }
        }
        sections.append(DiffReport.Section(subject: subject, differences: found))
      }
    case (let before, .workTree):
      let entries = try entries(of: before, lock)
      try catalog.prefetch((entries + lock.entries).lazy.filter { $0.kind != .tree }.map(\.path))
      let present = try present(at: (entries + lock.entries).map(\.path), catalog, limits)
      sections.append(DiffReport.Section(subject: .tracked, differences: try differences(entries, present)))
    case (let before, let after):
      let found = try differences(entries(of: before, lock), entries(of: after, lock))
      sections.append(DiffReport.Section(subject: .tracked, differences: found))
    }
    try catalog.remember()
    var report = DiffReport(before: sides.before, after: sides.after, sections: sections)
    if case (.run(let before), .run(let after)) = (sides.before, sides.after), limits.isEmpty {
      report.conditions = try conditions(before, after)
    }
    if request.comparesContents { try compareContents(&report) }
    return report
  }

  private func entries(of side: DiffReport.Side, _ lock: LockFile) throws -> [LockEntry] {
    switch side {
    case .commit(let commit, _): try self.lock(ofCommit: commit).entries
    case .lock, .workTree, .run, .artifact: lock.entries
    }
  }

  /// What stands at paths now; of a path within another, what stands at the outer one.
  private func present(
    at paths: [WorkPath], _ catalog: ContentCatalog, _ limits: [WorkPath] = []
  ) throws -> [LockEntry] {
    var entries: [LockEntry] = []
    var last: WorkPath?
    for path in Set(paths).sorted(by: { $0.components.lexicographicallyPrecedes($1.components, by: Self.precedes) }) {
      if let last, path.isBelow(last) { continue }
      guard limits.isEmpty || limits.contains(where: { path == $0 || path.isBelow($0) || $0.isBelow(path) }) else {
        continue
      }
      if let identity = try catalog.identity(of: path) {
        entries.append(identity.lockEntry(at: path))
        if identity.kind == .tree { last = path }
      }
    }
    return entries
  }

  private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool { left.lexicographicallyPrecedes(right) }

  /// A tree's listing, if the store has it, or it is that of a commit's folder.
  func stored(_ content: ContentID, _ path: WorkPath) throws -> Tree? {
    try store.containsTree(content) ? try store.tree(content) : commitListings[content]
  }

  // MARK: What the arguments mean

  private func sides(
    of request: DiffRequest
  ) throws -> (sides: (before: DiffReport.Side, after: DiffReport.Side), paths: [String]) {
    var versions: [DiffReport.Side] = []
    var rest = request.arguments[...]
    if let first = rest.first, let range = try range(first) {
      versions = range
      rest.removeFirst()
    } else {
      while versions.count < 2, let next = rest.first, let version = try version(next) {
        versions.append(version)
        rest.removeFirst()
      }
    }
    for argument in rest + request.paths where try !isKnown(argument) {
      // A path may be known to one of the versions alone.
      if try versions.contains(where: { try has($0, path(of: argument)) }) { continue }
      let known = try (repository?.revisionNames() ?? []) + similarPaths(to: argument)
      throw WorkspaceError.unknownVersion(
        argument, similar: Similarity.nearest(to: argument, among: known, limit: 3))
    }
    let (before, after) = (versions.first ?? .lock, versions.count > 1 ? versions[1] : .workTree)
    switch (before, after) {
    case (.run, .run), (.run, .workTree): break
    case (.run, _), (_, .run): throw WorkspaceError.unlikeVersions(request.arguments[0], request.arguments[1])
    default: break
    }
    return ((before, after), rest + request.paths)
  }

  /// Whether a version has something at a path, below it or around it.
  private func has(_ side: DiffReport.Side, _ path: WorkPath) throws -> Bool {
    let paths: [WorkPath]
    switch side {
    case .commit(let commit, _): paths = try lock(ofCommit: commit).entries.map(\.path)
    case .run(let run): paths = try index.files(of: run, role: nil).compactMap { WorkPath(text: $0.path) }
    case .lock, .workTree, .artifact: paths = []
    }
    return paths.contains { $0 == path || $0.isBelow(path) || path.isBelow($0) }
  }

  /// Reads `A..B`; an end that is left out is HEAD, as in git.
  private func range(_ argument: String) throws -> [DiffReport.Side]? {
    let bytes = Array(argument.utf8)
    guard let dots = bytes.indices.dropLast().first(where: { bytes[$0] == 0x2E && bytes[$0 + 1] == 0x2E }),
      dots + 2 == bytes.count || bytes[dots + 2] != 0x2E, try !isKnown(argument)
    else { return nil }
    let ends = [bytes[..<dots], bytes[(dots + 2)...]].map { String(decoding: $0, as: UTF8.self) }
    // `..`, `../data`: a way through folders.
    if ends[0].isEmpty && (ends[1].isEmpty || ends[1].hasPrefix("/")) || ends[0].hasSuffix("/") { return nil }
    return try ends.map { end in
      let name = end.isEmpty ? "HEAD" : end
      if let side = try version(name) { return side }
      return .commit(try requireCommit(of: name), revision: name)
    }
  }

  /// The version that an argument names; nil if it names none, or a path.
  private func version(_ argument: String) throws -> DiffReport.Side? {
    let run = try runIfAny(argument)
    let commit: String?
    do {
      commit = try self.commit(of: argument)
    } catch GitError.ambiguousRevision where (try? isKnown(argument)) == true {
      return nil  // a path, whose name happens to be the beginning of several ids
    }
    if let run, let commit {
      throw WorkspaceError.ambiguousPointer(argument, candidates: [try candidate(run), .commit(commit)])
    }
    if run == nil, commit == nil { return nil }
    if try isKnown(argument) {
      let other: PointerCandidate = try run.map { try candidate($0) } ?? .commit(commit ?? "")
      throw WorkspaceError.ambiguousPointer(argument, candidates: [other, .path(path(of: argument).text)])
    }
    if let run { return .run(run) }
    return commit.map { .commit($0, revision: argument) }
  }

  /// Whether something stands at a path, or is tracked at it or below.
  private func isKnown(_ argument: String) throws -> Bool {
    let path = path(of: argument)
    if try FileStatus(at: path.filePath(in: root)) != nil { return true }
    let lock = try readLock()
    return lock[path] != nil || lock.tree(around: path) != nil || !lock.entries(below: path).isEmpty
  }
}

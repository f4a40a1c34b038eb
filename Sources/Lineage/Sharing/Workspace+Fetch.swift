internal import Journaling
internal import LineageIndexing
public import MLTBase
internal import ObjectStorage
public import Remotes
internal import SystemPackage

/// What to fetch, and from where.
public struct FetchRequest: Sendable {
  /// Which bytes come with the facts.
  public enum Scope: Sendable {
    /// None.
    case facts
    /// What the lock file names.
    case lock
    /// What pointers name: paths, runs or contents.
    case pointers([String])
    /// What any run or lock file refers to, as far as the remote has it.
    case everything
  }

  /// The remote's name; nil for the default one.
  public var remote: String?
  /// Which bytes come with the facts.
  public var scope: Scope
  /// Whether only to find out what facts there are.
  public var isDryRun = false
  /// Whether the runs behind the bytes must be signed by allowed signers; nil leaves it to the setting.
  public var requiresSigned: Bool?

  /// Asks the default remote.
  public init(_ scope: Scope) {
    self.scope = scope
  }
}

/// What came from a remote.
public struct FetchOutcome: Sendable {
  /// The remote's name.
  public var remote: String
  /// The facts that came.
  public var facts: JournalFetchReport
  /// The bytes that came.
  public var bytes = ObjectFetchReport()
  /// Tracked paths whose bytes neither this clone nor the remote has.
  public var unavailable: [String] = []
}

extension Workspace {
  /// Takes over all facts that a remote has, and bytes that the store lacks.
  ///
  /// - Throws: what reaching the remote throws; ``WorkspaceError/malformedLock(_:_:)``; what pointers throw; with the facts
  ///   taken over and no bytes, ``WorkspaceError/unsignedRuns(_:of:remote:)`` and ``SigningError``.
  public func fetch(_ request: FetchRequest) throws -> FetchOutcome {
    let isStrict = try request.requiresSigned ?? requiresSigned()
    let connection = try connect(to: request.remote)
    // A new clone's index is made while there is nothing in it.
    try index.catchUp(journal)
    let told = try journal.notices.count
    let models = try models()
    let facts = try sharing(connection.name) {
      try connection.remote.fetchJournals(into: journal, isDryRun: request.isDryRun, options: transfer)
    }
    notices += try journal.notices.dropFirst(told).map { .journal($0) }
    var outcome = FetchOutcome(remote: connection.name, facts: facts)
    if request.isDryRun { return outcome }
    try index.catchUp(journal)
    if facts.eventCount > 0 { try tellChanges(of: models) }
    let lock = try readLock()
    let wanted: Wanted
    switch request.scope {
    case .facts: return outcome
    case .lock: wanted = Wanted(artifacts: lock.entries.map { Self.record(of: $0) })
    case .everything:
      var all = RunQuery()
      all.includesDeleted = true
      wanted = Wanted(
        artifacts: lock.entries.map { Self.record(of: $0) }, runs: isStrict ? try index.runs(all).map(\.id) : [],
        contents: try ContentRoots(workspace: self, retention: Retention(), withHistory: true).find())
    case .pointers(let pointers):
      wanted = try pointers.reduce(into: Wanted()) { try add($1, lock, isStrict: isStrict, to: &$0) }
    }
    if isStrict { try requireSigned(wanted.artifacts, wanted.runs, from: connection.name) }
    let roots = wanted.contents.union(wanted.artifacts.compactMap(\.content))
    outcome.bytes = try fetchObjects(roots.sorted(), connection)
    if outcome.bytes.isComplete { return outcome }
    // What couldn't be had may be a part of what a path needs.
    outcome.unavailable = try lock.entries.filter { entry in
      guard roots.contains(entry.content), try purgeLabel(of: entry.content) == nil else { return false }
      let artifact = Self.record(of: entry)
      return (try? bytesAreAvailable(entry.content, artifact)) == nil
    }.map(\.path.text)
    return outcome
  }

  /// What pointers name: paths, what is tracked below them, runs' files, or contents.
  func contents(of pointers: [String]) throws -> Set<ContentID> {
    let lock = try readLock()
    var wanted = Wanted()
    for pointer in pointers { try add(pointer, lock, isStrict: false, to: &wanted) }
    return wanted.contents.union(wanted.artifacts.compactMap(\.content))
  }

  /// What bytes are to come.
  private struct Wanted {
    /// What is asked for by itself.
    var artifacts: [ArtifactRecord] = []
    /// The runs that are asked for with what they read and wrote, or have made what is asked for.
    var runs: [RunID] = []
    /// What else is asked for.
    var contents: Set<ContentID> = []
  }

  private func add(_ pointer: String, _ lock: LockFile, isStrict: Bool, to wanted: inout Wanted) throws {
    let path = path(of: pointer)
    let below = lock.entries(below: path)
    if let locked = try lockedArtifact(path, in: lock) {
      wanted.artifacts.append(locked)
    } else if !below.isEmpty {
      wanted.artifacts += below.map { Self.record(of: $0) }
    } else if let artifact = try? artifact(of: pointer).artifact {
      wanted.artifacts.append(artifact)
      // The pointer may say which run made it.
      if isStrict { wanted.runs += try trace(TraceRequest(pointer: pointer, depth: 1)).nodes.map(\.run.id) }
    } else {
      let run = try run(of: pointer)
      wanted.runs.append(run)
      wanted.contents.formUnion(try index.files(of: run).compactMap(\.artifact.content))
    }
  }

  private func fetchObjects(_ roots: [ContentID], _ connection: RemoteConnection) throws -> ObjectFetchReport {
    let purged = try purgedContents()
    return try sharing(connection.name) {
      try connection.remote.fetchObjects(
        roots.filter { !purged.contains($0) }, into: store, excluding: purged, options: transfer)
    }
  }

  /// Does something that needs bytes; if they are nowhere in this clone, gets them from the default remote and does it again.
  ///
  /// A remote that can't be reached is told as a notice, beside the failure.
  ///
  /// - Parameter artifacts: what is needed; what is here isn't fetched.
  /// - Throws: what `body` throws; ``WorkspaceError/unsignedRuns(_:of:remote:)``.
  func fetchingMissing<Result>(
    _ artifacts: () throws -> [ArtifactRecord], _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch {
      let isMissing =
        switch error {
        case WorkspaceError.absentContent, StorageError.missing: true
        default: false
        }
      guard isMissing, let name = try? defaultRemote(), try fetchMissing(artifacts(), from: name) else {
        throw explained(error)
      }
      do {
        return try body()
      } catch {
        throw explained(error)
      }
    }
  }

  // Whether something came.
  private func fetchMissing(_ artifacts: [ArtifactRecord], from name: String) throws -> Bool {
    if try requiresSigned() { try requireSigned(artifacts, [], from: name) }
    do {
      return try fetchObjects(artifacts.compactMap(\.content), connect(to: name)).objects > 0
    } catch WorkspaceError.remoteFailed(_, _, .cancelled) {
      throw StorageError.cancelled
    } catch WorkspaceError.remoteFailed(_, _, let error) {
      notices.append(.remoteUnreachable(name, reason: "\(error)"))
      return false
    }
  }

  /// Says which stores hold what a pointer names: this clone's, and each remote's.
  ///
  /// - Returns: for each store its name, nil for this clone's, and whether it has the bytes; nil if it can't be reached.
  /// - Throws: what pointers throw.
  public func whereabouts(of pointer: String) throws -> (content: ContentID, places: [Whereabouts]) {
    let lock = try readLock()
    let locked = try lockedArtifact(path(of: pointer), in: lock)
    let artifact = try locked ?? artifact(of: pointer).artifact
    guard let content = artifact.content else { throw WorkspaceError.unsuitablePointer(pointer, wanted: .file) }
    let store = try store
    var places = [
      Whereabouts(
        remote: nil, holds: try artifact.kind == .tree ? store.containsTree(content) : store.containsFile(content))
    ]
    for remote in remotes() {
      do {
        let connection = try connect(to: remote.name)
        // What is here shows what there has to be elsewhere, down to the last piece.
        let holds =
          try places.first?.holds == true
          ? sharing(remote.name) { try connection.remote.lacking([content], of: store).isEmpty }
          : connection.held([content], self).contains(content)
        places.append(Whereabouts(remote: remote.name, holds: holds))
      } catch WorkspaceError.remoteFailed(_, _, let error) {
        places.append(Whereabouts(remote: remote.name, holds: nil, reason: "\(error)"))
      }
    }
    return (content, places)
  }
}

/// Whether a store holds something.
public struct Whereabouts: Sendable {
  /// The remote's name; nil for this clone.
  public var remote: String?
  /// Whether it has the bytes; nil if it can't be reached.
  public var holds: Bool?
  /// Why it can't be reached.
  public var reason: String?
}

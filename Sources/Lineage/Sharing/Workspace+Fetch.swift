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
  /// - Throws: what reaching the remote throws; ``WorkspaceError/malformedLock(_:_:)``; what pointers throw.
  public func fetch(_ request: FetchRequest) throws -> FetchOutcome {
    let connection = try connect(to: request.remote)
    // A new clone's index is made while there is nothing in it.
    try index.catchUp(journal)
    let facts = try sharing(connection.name) {
      try connection.remote.fetchJournals(into: journal, isDryRun: request.isDryRun, options: transfer)
    }
    var outcome = FetchOutcome(remote: connection.name, facts: facts)
    if request.isDryRun { return outcome }
    try index.catchUp(journal)
    let lock = try readLock()
    var roots: Set<ContentID> = []
    switch request.scope {
    case .facts: return outcome
    case .lock: roots = Set(lock.entries.map(\.content))
    case .everything: roots = try ContentRoots(workspace: self, retention: Retention(), withHistory: true).find()
    case .pointers(let pointers):
      for pointer in pointers { try roots.formUnion(contents(of: pointer, lock)) }
    }
    outcome.bytes = try fetchObjects(roots.sorted(), connection)
    let missing = Set(outcome.bytes.missing)
    outcome.unavailable = lock.entries.filter { entry in
      guard missing.contains(entry.content) else { return false }
      let artifact = Self.record(of: entry)
      return (try? bytesAreAvailable(entry.content, artifact)) == nil
    }.map(\.path.text)
    return outcome
  }

  /// What a pointer names: a path, what is tracked below one, a run's files, or a content.
  func contents(of pointer: String, _ lock: LockFile) throws -> [ContentID] {
    let path = path(of: pointer)
    if let locked = try lockedArtifact(path, in: lock) { return locked.content.map { [$0] } ?? [] }
    let below = lock.entries(below: path)
    if !below.isEmpty { return below.map(\.content) }
    if let artifact = try? artifact(of: pointer).artifact { return artifact.content.map { [$0] } ?? [] }
    return try index.files(of: run(of: pointer)).compactMap(\.artifact.content)
  }

  private func fetchObjects(_ roots: [ContentID], _ connection: RemoteConnection) throws -> ObjectFetchReport {
    try sharing(connection.name) { try connection.remote.fetchObjects(roots, into: store, options: transfer) }
  }

  /// Does something that needs bytes; if they are nowhere in this clone, gets them from the default remote and does it again.
  ///
  /// A remote that can't be reached is told as a notice, beside the failure.
  ///
  /// - Parameter contents: what is needed; what is here isn't fetched.
  func fetchingMissing<Result>(_ contents: () throws -> [ContentID], _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      let isMissing =
        switch error {
        case WorkspaceError.absentContent, StorageError.missing: true
        default: false
        }
      guard isMissing, let name = try? defaultRemote(), try fetchMissing(contents(), from: name) else { throw error }
      return try body()
    }
  }

  // Whether something came.
  private func fetchMissing(_ contents: [ContentID], from name: String) throws -> Bool {
    do {
      return try fetchObjects(contents, connect(to: name)).objects > 0
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

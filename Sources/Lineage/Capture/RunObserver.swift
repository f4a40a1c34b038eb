internal import FileTracing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// Follows a command while it runs: folds its accesses and saves what it is about to change.
final class RunObserver: AccessObserver {
  private(set) var ledger: AccessLedger
  /// What stood in the work tree before the command, where its accesses aren't followed.
  private(set) var snapshot: WorkTreeSnapshot?
  /// The paths whose content before a change the ledger has been given.
  private var answered: Set<[UInt8]> = []
  private let root: FilePath
  private let filter: IgnoreFilter
  private let inputLimit: Int64
  private let catalog: ContentCatalog
  private let writer: ObjectWriter
  private let makeLease: () throws -> StoreLease
  /// Keeps what was taken before a change from being collected until the run's end names it.
  private var lease: StoreLease?
  /// The contents that were taken before a change, with their sizes.
  private(set) var saved: [ContentID: Int64] = [:]
  /// The first failure to save a content; the run is recorded without it.
  private(set) var failure: (any Error)?

  init(
    ledger: AccessLedger, root: FilePath, filter: IgnoreFilter, inputLimit: Int64, catalog: ContentCatalog,
    writer: ObjectWriter, lease: @escaping () throws -> StoreLease
  ) {
    makeLease = lease
    self.ledger = ledger
    self.filter = filter
    self.root = root
    self.inputLimit = inputLimit
    self.catalog = catalog
    self.writer = writer
  }

  /// Notes what stands in the work tree, for finding changes without having seen them.
  func takeSnapshot() {
    snapshot = WorkTreeSnapshot(root: root, filter: filter)
  }

  func refused(_ errno: Errno) {
    takeSnapshot()
  }

  func observe(_ event: AccessEvent) {
    // Its own answers come back; their paths may stand for other files by now.
    if case .preimage(let path, _) = event.kind, answered.contains(path) { return }
    ledger.fold(event)
  }

  func beforeChange(_ barrier: Barrier) -> ContentID? {
    if barrier.isSymbolicLink {
      // All that was done over the link has been folded; from now on it leads elsewhere.
      ledger.forgetNames()
      return nil
    }
    guard let path = ledger.mustSave(barrier.path, forInnerRun: barrier.belongsToInnerScope) else { return nil }
    do {
      let file = path.filePath(in: root)
      guard let status = try FileStatus(at: file), status.kind == .regular else { return nil }
      let content: ContentID
      if status.size > inputLimit || Redaction.isKeyFile(path.name) {
        content = try catalog.known(path, status) ?? FileIdentity.identify(file).content
      } else {
        let stored = try writer.addFile(at: file)
        if stored.wasUnstable { return nil }
        content = stored.content
        try hold(content)
      }
      saved[content] = status.size
      if !barrier.belongsToInnerScope {
        answered.insert(barrier.path)
        ledger.keep(content, of: path)
      }
      return content
    } catch {
      // The command goes on whatever happens here; the record says later that it is incomplete.
      if failure == nil { failure = error }
      return nil
    }
  }

  private func hold(_ content: ContentID) throws {
    let lease = try lease ?? makeLease()
    self.lease = lease
    try lease.hold(content)
  }

  /// Gives up what was kept, when facts name it or nobody will.
  func endLease() {
    try? lease?.end()  // one that stays behind counts for a while and is then removed
    lease = nil
  }
}

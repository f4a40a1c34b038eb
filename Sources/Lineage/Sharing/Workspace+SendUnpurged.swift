internal import Journaling
internal import LineageIndexing
public import MLTBase
internal import ObjectStorage
public import Remotes

/// What became of bytes that a remote isn't to have, since they were purged.
public struct PurgedBytes: Sendable {
  /// The contents that this clone has and that weren't sent, since the remote's facts, not yet pulled, say that they were purged; sorted.
  public var heldBack: [ContentID] = []
  /// How many purged contents the remote had nevertheless, since somebody was sending while they were purged, and that were
  /// deleted there again, or would have been but for ``problem``.
  public var takenBack = 0
  /// Why not all of those are gone; nil if they are.
  public var problem: String?
  /// Which facts of the remote couldn't be read: what they say of purges isn't known.
  public var unread: [RemoteProblem] = []
}

extension Workspace {
  /// Sends what some contents need and a remote lacks, but nothing that was purged, then all facts.
  ///
  /// Whether something was purged is asked of the remote's facts, too, first, and once more when all is there. So of a push and a
  /// purge at the same time one sees the other: the purge writes down what goes before it deletes, the push looks at what was written down
  /// after it has sent. Whoever comes last deletes.
  func sendUnpurged(
    _ roots: Set<ContentID>, over connection: RemoteConnection, through extent: JournalExtent, isDryRun: Bool
  ) throws -> (report: PushReport, purged: PurgedBytes) {
    let own = try purgedContents()
    let (known, problems) = try purgedContents(by: connection)
    let announced = try isDryRun ? [] : unpushedPurges(connection, through: extent)
    let report = try sharing(connection.name) {
      try connection.remote.push(
        roots.sorted(), from: store, journal, through: extent, excluding: own.union(known), isDryRun: isDryRun,
        options: transfer)
    }
    var purged = PurgedBytes()
    purged.unread = problems
    purged.heldBack = try report.excluded.filter { try !own.contains($0) && store.containsFile($0) }
    if isDryRun { return (report, purged) }
    // Where nothing was sent, nothing can have come to the wrong moment.
    let doubtful = try report.packs > 0 ? purgedContents(by: connection).contents.union(announced) : announced
    let held = try doubtful.isEmpty ? [] : connection.held(doubtful.sorted(), self)
    if !held.isEmpty {
      purged.takenBack = held.count
      purged.problem = try purge(held, from: connection.name).problem
    }
    return (report, purged)
  }

  private static let purgeTypes: Set<String> = [ContentsPurged.type, LabelRetracted.type, LabelReinstated.type]

  /// When somebody said what of a label, by which it is found out what holds.
  private struct Saying {
    var isRetracted: Bool
    var order: Timestamp
    var writer: WriterID
    var at: Timestamp

    func isBefore(_ other: Saying) -> Bool {
      (order, writer, at) < (other.order, other.writer, other.at)
    }
  }

  /// The contents that are to be nowhere as the remote's facts have it that this clone hasn't pulled, together with its own.
  private func purgedContents(
    by connection: RemoteConnection
  ) throws -> (contents: Set<ContentID>, problems: [RemoteProblem]) {
    let news = try sharing(connection.name) {
      try connection.remote.newFacts(of: Self.purgeTypes, beyond: journal, options: transfer)
    }
    if news.facts.isEmpty { return ([], news.problems) }
    var contents: [String: Set<ContentID>] = [:]
    var latest: [String: Saying] = [:]
    func take(_ label: String, _ saying: Saying) {
      if latest[label].map({ $0.isBefore(saying) }) ?? true { latest[label] = saying }
    }
    for fact in news.facts {
      // What can't be understood here says nothing here; pulling tells of it.
      switch fact.type {
      case ContentsPurged.type:
        guard let purged = try? ContentsPurged(fields: fact.fields) else { continue }
        contents[purged.label, default: []].formUnion(purged.contents)
      case LabelRetracted.type, LabelReinstated.type:
        guard let said = try? LabelRetracted(fields: fact.fields) else { continue }
        let saying = Saying(
          isRetracted: fact.type == LabelRetracted.type, order: said.said.order(at: fact.at), writer: fact.writer,
          at: fact.at)
        take(said.label, saying)
      default: continue
      }
    }
    for label in Set(contents.keys).union(latest.keys) {
      for change in try index.changes(of: [.label(label)]) where change.field == .retraction {
        take(
          label,
          Saying(isRetracted: change.value != nil, order: change.order, writer: change.writer, at: change.at))
      }
      if try index.hasPurged() { contents[label, default: []].formUnion(try index.purgedContents(labels: [label])) }
    }
    let purged = contents.filter { latest[$0.key]?.isRetracted == true }
    return (purged.values.reduce(into: []) { $0.formUnion($1) }, news.problems)
  }

  /// The contents of purges that the remote hasn't heard of yet: until now others may have sent these.
  private func unpushedPurges(_ connection: RemoteConnection, through extent: JournalExtent) throws -> Set<ContentID> {
    guard try index.hasPurged() else { return [] }
    let there = try sharing(connection.name) { try connection.remote.extent() }
    var contents: Set<ContentID> = []
    try journal.read(after: there, through: extent) { event in
      guard event.type == ContentsPurged.type, let fact = try? event.fact(ContentsPurged.self) else { return }
      contents.formUnion(fact.contents)
    }
    return contents.intersection(try purgedContents())
  }
}

public import Journaling
public import MLTBase
internal import SystemPackage

/// A fact that a remote has and a clone lacks.
public struct RemoteFact: Hashable, Sendable {
  /// Who wrote it.
  public var writer: WriterID
  /// Its number in the writer's chain.
  public var sequence: Int64
  /// When it happened.
  public var at: Timestamp
  /// The event's type.
  public var type: String
  /// The type's own fields.
  public var fields: JSONObject
}

extension Remote {
  /// Reads the facts of some types that the remote has and the journal lacks; the journal isn't changed.
  ///
  /// How far was read, and what was found, is kept beside the copies of the remote's indexes, so that a clone that pushes often
  /// and never pulls reads each event once. It is worth no more than those.
  ///
  /// - Parameters:
  ///   - types: the events' types.
  ///   - journal: what is here already.
  ///   - options: who is told, and can stop it.
  /// - Returns: the facts, those of a writer in the order of its chain; and which events couldn't be read.
  /// - Throws: ``RemoteError``.
  public func newFacts(
    of types: Set<String>, beyond journal: Journal, options: TransferOptions = TransferOptions()
  ) throws(RemoteError) -> (facts: [RemoteFact], problems: [RemoteProblem]) {
    let known = index.seenNews(of: types)
    var news = try read(types, beyond: journal, after: known ?? SeenNews(), options)
    // What was kept may be of a chain that isn't there any more.
    if known != nil, !news.problems.isEmpty { news = try read(types, beyond: journal, after: SeenNews(), options) }
    if news.seen != known { index.keep(news.seen, of: types) }
    return (news.seen.facts, news.problems)
  }

  private func read(
    _ types: Set<String>, beyond journal: Journal, after known: SeenNews, _ options: TransferOptions
  ) throws(RemoteError) -> (seen: SeenNews, problems: [RemoteProblem]) {
    var seen = SeenNews()
    for (writer, link) in known.links {
      // What was pulled since is the journal's to tell.
      let end = try journaling { () throws(JournalError) in try journal.end(of: writer) }
      guard link.sequence > end else { continue }
      seen.links[writer] = link
      seen.facts += known.facts.filter { $0.writer == writer && $0.sequence > end }
    }
    var found: [RemoteFact] = []
    let (report, links) = try readNews(beyond: journal, from: seen.links, options: options) { event, number in
      guard types.contains(event.type) else { return }
      found.append(
        RemoteFact(writer: event.writer, sequence: number, at: event.at, type: event.type, fields: event.fields))
    }
    seen.links = links
    seen.facts = (seen.facts + found).sorted { ($0.writer, $0.sequence) < ($1.writer, $1.sequence) }
    return (seen, report.problems)
  }
}

/// How far a remote's news were looked through, and what was found there.
struct SeenNews: Equatable {
  /// The last event of each writer that was read.
  var links: [WriterID: ChainLink] = [:]
  /// What was found up to there.
  var facts: [RemoteFact] = []
}

extension RemoteIndex {
  // Larger ones cost more than they save.
  private static let newsLimit = 64 << 20

  private func path(_ types: Set<String>) -> FilePath {
    let name = Array(types.sorted().joined(separator: " ").utf8).withUnsafeBytes { ContentHasher.contentID(of: $0) }
    return cache.appending(name.hex + ".news")
  }

  func seenNews(of types: Set<String>) -> SeenNews? {
    guard let bytes = try? FileOperations.contents(of: path(types), limit: Self.newsLimit),
      let fields = try? JSON(parsing: bytes).object, fields["format"]?.int == 1,
      let links = fields["links"]?.array, let facts = fields["facts"]?.array
    else { return nil }
    var seen = SeenNews()
    for link in links {
      guard let writer = link["by"]?.string.flatMap({ WriterID(hex: $0) }), let sequence = link["sequence"]?.int,
        let id = link["id"]?.string.flatMap({ ContentID(hex: $0) }),
        let at = link["at"]?.string.flatMap({ Timestamp($0) })
      else { return nil }
      seen.links[writer] = ChainLink(sequence: sequence, id: id, at: at)
    }
    for fact in facts {
      guard let writer = fact["by"]?.string.flatMap({ WriterID(hex: $0) }), let sequence = fact["sequence"]?.int,
        let at = fact["at"]?.string.flatMap({ Timestamp($0) }), let type = fact["type"]?.string,
        let own = fact["fields"]?.object
      else { return nil }
      seen.facts.append(RemoteFact(writer: writer, sequence: sequence, at: at, type: type, fields: own))
    }
    return seen
  }

  func keep(_ seen: SeenNews, of types: Set<String>) {
    let links = seen.links.sorted { $0.key < $1.key }.map { writer, link -> JSON in
      [
        "by": .string(writer.hex), "sequence": .int(link.sequence), "id": .string(link.id.hex),
        "at": .string(link.at.description),
      ]
    }
    let facts = seen.facts.map { fact -> JSON in
      [
        "by": .string(fact.writer.hex), "sequence": .int(fact.sequence), "at": .string(fact.at.description),
        "type": .string(fact.type), "fields": .object(fact.fields),
      ]
    }
    let fields: JSONObject = ["facts": .array(facts), "format": 1, "links": .array(links)]
    // What can't be kept is read again.
    try? FileOperations.createFolder(cache)
    try? FileOperations.replace(path(types), with: JSON.object(fields).canonicalBytes, sync: false)
  }
}

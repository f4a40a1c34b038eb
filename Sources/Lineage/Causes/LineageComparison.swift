internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Walks two lineages side by side: pairs of runs of one component, from what is wrong and what is right back to the
/// sources.
///
/// Each pair of runs is looked at once, without recursion, so that neither diamonds nor long chains cost more than
/// their runs.
struct LineageComparison {
  /// The most pairs of runs that are compared.
  static let pairLimit = 20_000

  /// Two runs of one component.
  struct Pair: Hashable {
    var bad: RunID
    var good: RunID
  }

  /// An input of both runs that plays the same part.
  struct Link {
    var bad: ArtifactRecord?
    var good: ArtifactRecord?
    /// Whether both have the same content.
    var isSame: Bool
    /// The pairs of runs whose difference this one follows from.
    var upstream: [Pair] = []
  }

  /// One pair of runs, compared.
  struct Node {
    var pair: Pair
    var bad: RunFacts
    var good: RunFacts
    var links: [Link] = []
    /// What differs here, and isn't handed on.
    var subjects: [Cause.Subject] = []

    var place: Cause.Place {
      Cause.Place(component: bad.record.component, bad: pair.bad, good: pair.good)
    }
  }

  let reader: RunFactsReader
  let settings: SettingsReader
  private let likeness: InputLikeness

  private(set) var nodes: [Node] = []
  private(set) var positions: [Pair: Int] = [:]
  /// Whether there were more pairs than could be compared.
  private(set) var isCut = false

  init(reader: RunFactsReader, settings: SettingsReader, contents: StoredContents) {
    self.reader = reader
    self.settings = settings
    likeness = InputLikeness(reader: reader, contents: contents)
  }

  /// Compares a pair of runs and all before them.
  mutating func compare(_ start: Pair) throws {
    var queue = [start]
    var next = 0
    while next < queue.count {
      let pair = queue[next]
      next += 1
      if pair.bad == pair.good || positions[pair] != nil { continue }
      if nodes.count >= Self.pairLimit {
        isCut = true
        return
      }
      guard let bad = try reader.facts(of: pair.bad), let good = try reader.facts(of: pair.good) else { continue }
      var node = Node(pair: pair, bad: bad, good: good)
      try RunComparison(reader: reader, settings: settings).compare(&node)
      try follow(&node)
      positions[pair] = nodes.count
      queue += node.links.flatMap(\.upstream)
      nodes.append(node)
    }
  }

  /// All pairs of runs that lie behind one, itself among them.
  func places(behind start: Pair) -> Set<Cause.Place> {
    var places: Set<Cause.Place> = []
    var queue = [start]
    while let pair = queue.popLast() {
      guard let position = positions[pair], places.insert(nodes[position].place).inserted else { continue }
      queue += nodes[position].links.flatMap(\.upstream)
    }
    return places
  }

  // MARK: Inputs

  private func follow(_ node: inout Node) throws {
    let (mine, yours) = (node.bad, node.good)
    let pairs = try RolePairing.pairs(mine.data, yours.data) { bad, good in
      try likeness.isAlike(bad, of: mine, good, of: yours)
    }
    for pair in pairs {
      var link = Link(bad: pair.bad, good: pair.good, isSame: false)
      guard let bad = pair.bad, let good = pair.good else {
        // Which of several like it were read is a matter of how many there were.
        node.subjects.append(
          .data(path: (pair.bad ?? pair.good)?.path ?? "", before: pair.good?.content, after: pair.bad?.content))
        node.links.append(link)
        continue
      }
      link.isSame = bad.content != nil && bad.content == good.content
      if link.isSame {
        node.links.append(link)
        continue
      }
      try follow(&link, bad, good, isGuess: pair.isGuess, &node)
      node.links.append(link)
    }
  }

  private func follow(
    _ link: inout Link, _ bad: ArtifactRecord, _ good: ArtifactRecord, isGuess: Bool, _ node: inout Node
  ) throws {
    let (mine, yours) = (try reader.edges(of: bad, in: node.bad), try reader.edges(of: good, in: node.good))
    for edge in mine {
      if case .changedOutside(let run) = edge.origin {
        node.subjects.append(.changedOutside(path: bad.path, content: bad.content, since: run))
      }
    }
    if !mine.contains(where: Self.isOutside) {
      for edge in yours {
        if case .changedOutside(let run) = edge.origin {
          node.subjects.append(.changedOutside(path: good.path, content: good.content, since: run))
        }
      }
    }
    let (makers, others) = (try makers(mine), try makers(yours))
    if makers.isEmpty, others.isEmpty {
      // Nobody made either: here it begins to differ.
      if !mine.contains(where: Self.isOutside) {
        node.subjects.append(
          isGuess
            ? .replaced(before: Self.source(good, nil), after: Self.source(bad, nil))
            : .data(path: bad.path, before: good.content, after: bad.content))
      }
      return
    }
    // Whether the difference was handed on by runs, and so is no cause of its own.
    var isInherited = false
    for maker in makers {
      let component = maker.record.component
      if component == node.bad.record.component, node.bad.record.started > node.good.record.started {
        // What a run carries on from its own earlier runs is compared with the good run itself, run by run.
        if maker.record.started > node.good.record.started, maker.record.id != node.good.record.id {
          link.upstream.append(Pair(bad: maker.record.id, good: node.good.record.id))
        }
        isInherited = true
        continue
      }
      guard let other = others.first(where: { $0.record.component == component }) else { continue }
      isInherited = true
      if maker.record.id != other.record.id {
        link.upstream.append(Pair(bad: maker.record.id, good: other.record.id))
      }
    }
    if isInherited, !isGuess { return }
    link.upstream = []
    if mine.contains(where: Self.isOutside) { return }
    node.subjects.append(
      .replaced(
        before: Self.source(good, others.first?.record.component),
        after: Self.source(bad, makers.first?.record.component)))
  }

  private func makers(_ edges: [LineageEdge]) throws -> [RunFacts] {
    try edges.compactMap { edge in try edge.producer.flatMap { try reader.facts(of: $0) } }
  }

  private static func isOutside(_ edge: LineageEdge) -> Bool {
    if case .changedOutside = edge.origin { true } else { false }
  }

  private static func source(_ artifact: ArtifactRecord, _ component: String?) -> Cause.Source {
    Cause.Source(path: artifact.path, content: artifact.content, component: component)
  }
}

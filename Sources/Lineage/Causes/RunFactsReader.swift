internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Reads what is known of runs, each once.
final class RunFactsReader {
  /// The most runs of a component that tell what is usual.
  static let historyLimit = 20
  /// The most runs between two that are counted.
  private static let gapLimit = 60

  let index: LineageIndex
  let finder: OriginFinder

  private struct InputKey: Hashable {
    var run: RunID
    var path: String
  }

  private var known: [RunID: RunFacts?] = [:]
  private var environments: [RunID: RunEnvironment] = [:]
  private var edges: [InputKey: [LineageEdge]] = [:]
  private var histories: [RunID: [RunFacts]] = [:]

  init(index: LineageIndex, finder: OriginFinder) {
    self.index = index
    self.finder = finder
  }

  /// What is known of a run; nil if its start isn't recorded.
  func facts(of run: RunID) throws -> RunFacts? {
    if let known = known[run] { return known }
    let facts = try index.run(run).map { record in
      let files = try index.files(of: run)
      return RunFacts(
        record, inputs: files.filter { $0.role == .input }.map(\.artifact),
        outputs: files.filter { $0.role == .output }.map(\.artifact))
    }
    known[run] = .some(facts)
    return facts
  }

  func environment(of run: RunID) throws -> RunEnvironment {
    if let known = environments[run] { return known }
    let environment = try index.environment(of: run) ?? RunEnvironment()
    environments[run] = environment
    return environment
  }

  /// Where something that a run read came from.
  func edges(of input: ArtifactRecord, in facts: RunFacts) throws -> [LineageEdge] {
    let key = InputKey(run: facts.record.id, path: input.path)
    if let known = edges[key] { return known }
    let found = try finder.edges(of: input, seenFrom: facts.view)
    edges[key] = found
    return found
  }

  /// The good runs of a component that made the same kind of thing, up to and with `good`, the latest first.
  ///
  /// - Parameter but: a run that isn't to count: the one that is looked into.
  func history(upTo good: RunFacts, but bad: RunID) throws -> [RunFacts] {
    if let known = histories[good.record.id] { return known.filter { $0.record.id != bad } }
    var query = RunQuery()
    query.component = good.record.component
    query.outcome = .succeeded
    query.until = Timestamp(microseconds: good.record.started.microseconds &+ 1)
    // A component that runs for several regions or customers has a history for each.
    query.limit = 3 * Self.historyLimit
    var found: [RunFacts] = []
    for summary in try index.runs(query) {
      guard found.count < Self.historyLimit, let facts = try facts(of: summary.id) else { continue }
      let isAlike = good.outputForms.isEmpty || !good.outputForms.isDisjoint(with: facts.outputForms)
      if isAlike { found.append(facts) }
    }
    histories[good.record.id] = found
    return found.filter { $0.record.id != bad }
  }

  /// How many runs of the component lie from one to the other, the later counted.
  func distance(from good: RunFacts, to bad: RunFacts) throws -> Int {
    let (first, last) = good.record.started < bad.record.started ? (good, bad) : (bad, good)
    var query = RunQuery()
    query.component = bad.record.component
    query.outcome = .succeeded
    query.since = Timestamp(microseconds: first.record.started.microseconds &+ 1)
    query.until = Timestamp(microseconds: last.record.started.microseconds &+ 1)
    query.limit = Self.gapLimit
    return max(1, try index.runs(query).count)
  }
}

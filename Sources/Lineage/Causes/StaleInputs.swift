internal import Glibc
internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Finds inputs that were much older than usual when they were read, or that stayed the same where they always change.
struct StaleInputs {
  /// A stale input, and how unlikely it was.
  struct Finding {
    var subject: Cause.Subject
    var surprise: Double
    var habit: Cause.Habit?
    var effects: [String]
  }

  /// The age from which an input may be old, in microseconds.
  private static let shortest: Int64 = 3_600_000_000

  let reader: RunFactsReader

  /// What is stale among a pair's inputs.
  func findings(at node: LineageComparison.Node) throws -> [Finding] {
    var findings: [Finding] = []
    for link in node.links {
      guard let bad = link.bad, bad.content != nil else { continue }
      if let age = try age(of: bad, in: node.bad) {
        // Of several days that are read the latest tells.
        guard age >= Self.shortest, try isSuspect(age, link, node), try age == youngest(like: bad, in: node.bad) else {
          continue
        }
        if let finding = try aged(bad, age, node) { findings.append(finding) }
      } else if link.isSame, try reader.edges(of: bad, in: node.bad).allSatisfy({ $0.producer == nil }) {
        if let finding = try unchanged(bad, node) { findings.append(finding) }
      }
    }
    return findings
  }

  /// The time from the making of an input to the start of its reader; nil if no run made it.
  private func age(of input: ArtifactRecord, in facts: RunFacts) throws -> Int64? {
    var latest: Int64?
    for edge in try reader.edges(of: input, in: facts) {
      switch edge.origin {
      case .produced(let run), .copied(let run, _):
        guard let maker = try reader.facts(of: run)?.record else { continue }
        let age = facts.record.started.microseconds &- (maker.ended ?? maker.started).microseconds
        latest = min(latest ?? age, age)
      // Whenever that was: it was after the making.
      case .changedOutside: return 0
      case .added, .git, .source: continue
      }
    }
    return latest
  }

  /// The least age of the inputs that are like one but for the numbers in their paths.
  private func youngest(like input: ArtifactRecord, in facts: RunFacts) throws -> Int64? {
    let form = PathForm.of(input.path)
    return try facts.data.filter { PathForm.of($0.path) == form }.compactMap { try age(of: $0, in: facts) }.min()
  }

  /// Whether it is worth asking what is usual: the bad run read what is no newer than what the good one read, or
  /// much older beside its own time.
  private func isSuspect(_ age: Int64, _ link: LineageComparison.Link, _ node: LineageComparison.Node) throws -> Bool {
    if link.isSame { return true }
    guard let good = link.good, let usual = try self.age(of: good, in: node.good) else { return false }
    return age > 2 * usual + Self.shortest
  }

  private func aged(
    _ input: ArtifactRecord, _ age: Int64, _ node: LineageComparison.Node
  ) throws -> Finding? {
    let ages = try reader.history(upTo: node.good, but: node.pair.bad).compactMap { try youngest(like: input, in: $0) }
    guard let usual = ages.max(), age > usual + usual / 4 + Self.shortest else { return nil }
    let habit = Cause.Habit(changes: 0, transitions: ages.count)
    return Finding(
      subject: .stale(
        path: input.path, content: input.content, Cause.Staleness(age: age, usual: usual)),
      surprise: ChangeHistory.surprise(habit, prior: 0.05, over: 1)
        + min(4, log2(Double(age) / Double(max(usual, Self.shortest)))),
      habit: habit, effects: [])
  }

  private func unchanged(_ input: ArtifactRecord, _ node: LineageComparison.Node) throws -> Finding? {
    let runs = try reader.history(upTo: node.good, but: node.pair.bad)
    let contents = runs.map { run in run.data.first { $0.path == input.path }?.content }
    let transitions = zip(contents, contents.dropFirst()).count { $0 != nil && $1 != nil }
    let changes = zip(contents, contents.dropFirst()).count { $0 != nil && $1 != nil && $0 != $1 }
    guard transitions >= 3, changes == transitions else { return nil }
    let habit = Cause.Habit(changes: 0, transitions: transitions)
    return Finding(
      subject: .stale(path: input.path, content: input.content, Cause.Staleness(age: nil, usual: nil)),
      surprise: ChangeHistory.surprise(habit, prior: 0.05, over: 1), habit: habit, effects: [])
  }
}

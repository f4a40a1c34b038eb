internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Orders what differs by how much it explains (`docs/decisions/0080-first-causes.md`).
///
/// Two things speak for a difference: that its like seldom came about before (``ChangeHistory``), and that what came
/// out right after it is out of the usual while what went in isn't (``EffectFinder``).
struct CauseRanking {
  /// What a difference gains where its effect is seen, and loses where there should be one and isn't.
  private static let visible = 10.0
  private static let downstream = -2.0
  private static let invisible = -6.0
  /// What a URI is worth where its effect is seen: what it held isn't recorded.
  private static let unseen = 3.5
  /// The worth from which down a kind of change isn't taken for what explains an effect.
  private static let doubtful = -2.0
  /// What something unexplained loses where what went in was out of the usual already.
  private static let handed = -4.0
  /// What a change of code loses that changes nothing but comments and layout.
  private static let cosmetic = -8.0

  let reader: RunFactsReader
  let habits: ChangeHistory
  let effects: EffectFinder
  let comparison: LineageComparison
  /// The paths whose difference is to be explained, by the pair of runs that made them.
  let wanted: [LineageComparison.Pair: Set<String>]
  /// Whether two versions of a file of code differ in nothing that runs.
  let isCosmetic: (_ path: String, _ before: ContentID, _ after: ContentID) throws -> Bool

  /// All that differs, the most telling first.
  func ranked() throws -> [Cause] {
    let candidates = try candidates()
    let outcomes = Self.isSettled(candidates) ? [:] : try self.outcomes()
    var causes: [Cause.Subject: Cause] = [:]
    for candidate in candidates {
      let node = comparison.nodes[candidate.node]
      var cause = Cause(subject: candidate.subject, places: [node.place], habit: candidate.habit, score: 0)
      cause.score = candidate.surprise
      if let outcome = outcomes[candidate.node] { try weigh(&cause, node, outcome) }
      if case .code(let path, let before?, let after?) = cause.subject, try isCosmetic(path, before, after) {
        cause.score += Self.cosmetic
        cause.isHarmless = true
      }
      join(cause, into: &causes[candidate.subject])
    }
    for (position, outcome) in outcomes { try explainRest(position, outcome, &causes) }
    return causes.values.sorted { left, right in
      if left.score != right.score { return left.score > right.score }
      return Self.order(left) < Self.order(right)
    }
  }

  private static func order(_ cause: Cause) -> String { (cause.places.first?.component ?? "") + "\(cause.subject)" }

  private func join(_ cause: Cause, into known: inout Cause?) {
    guard var joined = known else {
      known = cause
      return
    }
    // Nodes come from what is wrong back to the sources.
    joined.places.insert(contentsOf: cause.places, at: 0)
    joined.isHarmless = joined.isHarmless && cause.isHarmless
    if cause.score > joined.score {
      joined.score = cause.score
      joined.habit = cause.habit
      joined.effects = cause.effects
    }
    known = joined
  }

  // MARK: Candidates

  /// Whether a single thing differs that isn't data: then there is nothing to weigh, and nothing need be read for it.
  private static func isSettled(_ candidates: [Candidate]) -> Bool {
    guard let only = candidates.first, candidates.count == 1 else { return candidates.isEmpty }
    if case .data = only.subject { return false }
    return true
  }

  private struct Candidate {
    var node: Int
    var subject: Cause.Subject
    var habit: Cause.Habit?
    var surprise: Double
  }

  private func candidates() throws -> [Candidate] {
    var found: [Candidate] = []
    for (position, node) in comparison.nodes.enumerated() {
      for subject in node.subjects {
        let habit = try habits.habit(of: subject, at: node)
        var surprise = Self.bonus(of: subject)
        if let habit {
          let distance = try reader.distance(from: node.good, to: node.bad)
          surprise += ChangeHistory.surprise(habit, prior: Self.prior(of: subject), over: distance)
        }
        found.append(Candidate(node: position, subject: subject, habit: habit, surprise: surprise))
      }
      for finding in try StaleInputs(reader: reader).findings(at: node) {
        found.append(
          Candidate(
            node: position, subject: finding.subject, habit: finding.habit,
            surprise: finding.surprise + Self.bonus(of: finding.subject)))
      }
      if let subject = unrepeatable(node) {
        found.append(Candidate(node: position, subject: subject, surprise: Self.bonus(of: subject)))
      }
    }
    return found
  }

  /// How often such a thing changes from run to run where nothing is known.
  private static func prior(of subject: Cause.Subject) -> Double {
    switch subject {
    case .data: 0.5
    case .command: 0.3
    case .branch, .machine, .variable, .directory: 0.2
    case .code: 0.15
    case .parameter: 0.08
    case .package, .replaced: 0.05
    case .interpreter: 0.03
    case .stale, .changedOutside, .underway, .unrepeatable, .unexplained: 0.05
    }
  }

  /// What such a thing is worth beyond its being unusual.
  private static func bonus(of subject: Cause.Subject) -> Double {
    switch subject {
    case .changedOutside, .underway: 9
    case .stale: 4
    case .replaced: 3
    case .unrepeatable: 6
    case .branch, .command, .directory, .variable: -1
    case .parameter(let key, _, _, _): Self.isAboutWork(key) ? -2 : 0
    case .machine: -2
    case .package(_, let name, let before, let after): PackageChange.bonus(name, before, after)
    case .code, .data, .interpreter, .unexplained: 0
    }
  }

  /// Whether something is about where and how a run took place, and seldom why something else came out.
  private static func isCircumstance(_ subject: Cause.Subject) -> Bool {
    switch subject {
    case .machine, .branch, .directory: true
    case .parameter(let key, _, _, _): isAboutWork(key)
    default: false
    }
  }

  /// Whether a parameter is, by its name, about how the work is done and not about what comes out.
  private static func isAboutWork(_ key: String) -> Bool {
    let name = key.split { $0 == "." || $0 == "-" || $0 == "_" || $0 == ":" }.map { $0.lowercased() }
    let words: Set<String> = [
      "buffer", "cache", "chunk", "chunks", "chunksize", "cores", "cpus", "debug", "jobs", "log", "logging", "memory",
      "parallel", "port", "processes", "profile",
      "progress", "quiet", "retries", "retry", "threads", "timeout", "verbose", "verbosity", "worker", "workers",
    ]
    return name.suffix(2).contains { words.contains($0) }
  }

  /// An output that came out otherwise although all that went in is the same.
  private func unrepeatable(_ node: LineageComparison.Node) -> Cause.Subject? {
    guard node.subjects.isEmpty, node.links.allSatisfy(\.isSame) else { return nil }
    let others = Dictionary(node.good.outputs.map { ($0.path, $0.content) }, uniquingKeysWith: { first, _ in first })
    let mine = node.bad.outputs.first { output in
      guard let other = others[output.path] else { return false }
      return output.content != other && (wanted[node.pair]?.contains(output.path) ?? true)
    }
    return mine.map { .unrepeatable(path: $0.path, before: others[$0.path] ?? nil, after: $0.content) }
  }

  // MARK: Effects

  /// What went in and what came out of a pair's bad run, as far as it is out of the usual.
  private struct Outcome {
    /// What came out; nil if it can't be told.
    var output: Anomaly?
    /// Whether that was seen in the run's own outputs, and not only in what was made of them.
    var isOwn: Bool
    /// What went in; nil if it can't be told.
    var input: Anomaly?
    /// What was made of it; nil if it can't be told.
    var transfer: Anomaly?

    /// What began to be out of the usual right here, if something did.
    var onset: Anomaly? {
      if let transfer, transfer.isUnusual { return transfer }
      guard let output, output.isUnusual, !(input?.isUnusual ?? false) else { return nil }
      return output
    }
  }

  /// Asks of every pair; where a run's own outputs say nothing, what was made of them counts.
  private func outcomes() throws -> [Int: Outcome] {
    var paths: [Int: Set<String>] = [:]
    var readers: [Int: [Int]] = [:]
    for (position, node) in comparison.nodes.enumerated() {
      if let wanted = wanted[node.pair] { paths[position, default: []].formUnion(wanted) }
      for link in node.links {
        for pair in link.upstream {
          guard let maker = comparison.positions[pair], let path = link.bad?.path else { continue }
          paths[maker, default: []].insert(path)
          readers[maker, default: []].append(position)
        }
      }
    }
    var outcomes: [Int: Outcome] = [:]
    for (position, node) in comparison.nodes.enumerated() {
      let own = try effects.outcome(of: node, paths: paths[position] ?? [])
      outcomes[position] = Outcome(
        output: own, isOwn: own != nil, input: try input(of: node),
        transfer: try effects.transfer(of: node, paths: paths[position] ?? []))
    }
    // Nearest to what is wrong first, so that what is inherited can be handed on.
    for position in comparison.nodes.indices where outcomes[position]?.isOwn == false {
      let handed = (readers[position] ?? []).filter { $0 != position }.compactMap { outcomes[$0]?.output }
      outcomes[position]?.output = handed.reduce(nil) { EffectFinder.worse($0, $1) }
    }
    return outcomes
  }

  private func input(of node: LineageComparison.Node) throws -> Anomaly? {
    var worst: Anomaly?
    for link in node.links where !link.isSame {
      guard let bad = link.bad else { continue }
      worst = EffectFinder.worse(worst, try effects.anomaly(ofInput: bad, at: node))
    }
    return worst
  }

  private func weigh(_ cause: inout Cause, _ node: LineageComparison.Node, _ outcome: Outcome) throws {
    switch cause.subject {
    case .data(let path, _, _?):
      // Of data it shows in the data itself.
      guard let anomaly = try anomaly(of: path, node) else { break }
      cause.score += anomaly.isUnusual ? anomaly.score : Self.invisible
      cause.effects = anomaly.phrases
      cause.isHarmless = !anomaly.isUnusual
      return
    case .changedOutside(let path, _, _):
      // What was changed by hand is suspicious also where it looks as usual.
      if let anomaly = try anomaly(of: path, node), anomaly.isUnusual {
        cause.score += anomaly.score
        cause.effects = anomaly.phrases
      }
      return
    case .stale: return
    default: break
    }
    if let onset = outcome.onset {
      cause.score += Self.isCircumstance(cause.subject) ? Self.visible / 3 : Self.visible
      // Of a URI nobody knows whether it held something else; that it did is likelier than most.
      if case .data(_, nil, nil) = cause.subject { cause.score += Self.unseen }
      cause.effects = onset.phrases
    } else if let output = outcome.output {
      cause.score += output.isUnusual ? Self.downstream : Self.invisible
      cause.isHarmless = !output.isUnusual
    }
  }

  private func anomaly(of path: String, _ node: LineageComparison.Node) throws -> Anomaly? {
    try node.bad.data.first { $0.path == path }.flatMap { try effects.anomaly(ofInput: $0, at: node) }
  }

  /// Says so where something out of the usual came out of usual inputs, and nothing that differs there may be why.
  private func explainRest(
    _ position: Int, _ outcome: Outcome, _ causes: inout [Cause.Subject: Cause]
  ) throws {
    let node = comparison.nodes[position]
    guard let output = outcome.onset, outcome.isOwn || outcome.transfer?.isUnusual ?? false else { return }
    let isExplained = causes.values.contains { cause in
      if case .data(_, _, _?) = cause.subject { return false }
      if Self.bonus(of: cause.subject) <= Self.doubtful || Self.isCircumstance(cause.subject) { return false }
      return cause.places.contains(node.place) && cause.score > output.score / 2
    }
    if isExplained { return }
    // What came in another way than usual may be what is used, a model say, and can't be looked into.
    for link in node.links where !link.isSame {
      guard let bad = link.bad, bad.kind != .uri else { continue }
      if try effects.anomaly(ofInput: bad, at: node) == nil { return }
    }
    guard let artifact = output.artifact ?? node.bad.outputs.first else { return }
    let form = PathForm.of(artifact.path)
    let good =
      node.good.outputs.first { $0.path == artifact.path } ?? node.good.outputs.first { PathForm.of($0.path) == form }
    let subject = Cause.Subject.unexplained(path: artifact.path, before: good?.content, after: artifact.content)
    causes[subject] = Cause(
      subject: subject, places: [node.place], habit: nil,
      score: output.score - 1 + (outcome.input?.isUnusual ?? false ? Self.handed : 0), effects: output.phrases)
  }
}

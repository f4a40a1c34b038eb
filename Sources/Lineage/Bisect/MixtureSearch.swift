internal import MLTBase

/// Tries mixtures until the smallest set of differences is found that turns good into bad.
struct MixtureSearch {
  private let work: MixtureWork
  private let request: BisectRequest
  private let differences: [BisectDifference]
  private let telling: (BisectNews) -> Void
  private var tries: [BisectReport.Try] = []

  init(
    _ work: MixtureWork, _ request: BisectRequest, _ differences: [BisectDifference],
    telling: @escaping (BisectNews) -> Void
  ) {
    self.work = work
    self.request = request
    self.differences = differences
    self.telling = telling
  }

  /// Narrows, and notes what was found.
  ///
  /// - Throws: ``BisectError/notGood(_:)``, ``BisectError/notBad(_:)``, ``BisectError/untold(isGood:_:)``.
  mutating func narrow(_ report: inout BisectReport) throws {
    let all = Array(differences.indices)
    // Unless the ends come out as they did, what is between them says nothing.
    let good = try attempt([])
    switch good.verdict {
    case .good: break
    case .bad: throw BisectError.notGood(good.seen)
    case .unresolved: throw BisectError.untold(isGood: true, good.seen)
    }
    let bad = try attempt(all)
    switch bad.verdict {
    case .bad: break
    case .good: throw BisectError.notBad(bad.seen)
    case .unresolved: throw BisectError.untold(isGood: false, bad.seen)
    }
    let found = try DeltaDebugging.narrow(all) { set in
      switch try attempt(set).verdict {
      case .good: .good
      case .bad: .bad
      case .unresolved: .unresolved
      }
    }
    if found.set.count < all.count {
      let rest = all.filter { !found.set.contains($0) }
      let known = tries.first { $0.applied == numbers(rest) }
      report.without = try known?.verdict ?? attempt(rest).verdict
    }
    report.cause = numbers(found.set)
    report.undecided = numbers(found.undecided)
    report.tries = tries
  }

  private func numbers(_ set: [Int]) -> [Int] { set.map { differences[$0].number } }

  /// Makes a mixture, as often as asked; what most of the times say counts.
  private mutating func attempt(_ set: [Int]) throws -> BisectReport.Try {
    let number = tries.count + 1
    telling(
      .trying(number: number, applied: set.map { differences[$0] }, of: differences.count))
    var outcomes: [MixtureWork.Outcome] = []
    for time in 1...max(1, request.times) { outcomes.append(try work.make(Set(set), attempt: time)) }
    let good = outcomes.filter { $0.verdict == .good }.count
    let bad = outcomes.filter { $0.verdict == .bad }.count
    let verdict: BisectReport.Verdict = good > bad ? .good : bad > good ? .bad : .unresolved
    let telltale = outcomes.first { $0.verdict == verdict } ?? outcomes[0]
    let found = BisectReport.Try(
      number: number, applied: numbers(set), verdict: verdict,
      seen: good > 0 && bad > 0 ? "\(good) times good, \(bad) times bad" : telltale.seen, value: telltale.value,
      made: outcomes.reduce(0) { $0 + $1.made }, known: outcomes.reduce(0) { $0 + $1.known },
      counts: request.times > 1 ? (good, bad) : nil)
    tries.append(found)
    telling(.tried(found))
    return found
  }
}

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
      let known = tries.first { $0.applied == numbers(rest) && $0.hunks == nil }
      report.without = try known?.verdict ?? attempt(rest).verdict
    }
    report.cause = numbers(found.set)
    if request.narrowsTexts {
      for difference in found.set { try narrow(difference, in: found.set, &report) }
    }
    report.undecided = numbers(found.undecided)
    report.tries = tries
  }

  // A text that changed all over isn't worth a hundred tries; of data, single lines seldom matter.
  private static let hunkLimits: [BisectDifference.Kind: Int] = [.code: 200, .data: 16]
  private static let hunkTries = 40

  /// Narrows one text of the cause to the hunks that are enough, with the rest of the cause as it is.
  private mutating func narrow(_ difference: Int, in cause: [Int], _ report: inout BisectReport) throws {
    let number = differences[difference].number
    guard let limit = Self.hunkLimits[differences[difference].kind],
      let text = try work.text(of: difference),
      text.count > 0, text.count <= limit
    else { return }
    let begun = tries.count
    let found = try DeltaDebugging.narrow(Array(0..<text.count)) { hunks in
      // What isn't tried any more stays in.
      guard tries.count - begun < Self.hunkTries,
        let file = try work.file(text, applying: Set(hunks), for: difference)
      else { return .unresolved }
      let counts = BisectHunks(difference: number, applied: hunks.count, count: text.count)
      switch try attempt(cause, texts: [difference: file], counts).verdict {
      case .good: return .good
      case .bad: return .bad
      case .unresolved: return .unresolved
      }
    }
    report.hunks += text.hunks(Set(found.set), of: number)
  }

  private func numbers(_ set: [Int]) -> [Int] { set.map { differences[$0].number } }

  /// Makes a mixture, as often as asked; what most of the times say counts.
  private mutating func attempt(
    _ set: [Int], texts: [Int: MixedFile] = [:], _ hunks: BisectHunks? = nil
  ) throws -> BisectReport.Try {
    let number = tries.count + 1
    telling(
      .trying(number: number, applied: set.map { differences[$0] }, of: differences.count, hunks: hunks))
    var outcomes: [MixtureWork.Outcome] = []
    for time in 1...max(1, request.times) {
      outcomes.append(try work.make(Set(set), attempt: time, texts: texts))
    }
    let good = outcomes.filter { $0.verdict == .good }.count
    let bad = outcomes.filter { $0.verdict == .bad }.count
    let verdict: BisectReport.Verdict = good > bad ? .good : bad > good ? .bad : .unresolved
    let telltale = outcomes.first { $0.verdict == verdict } ?? outcomes[0]
    let found = BisectReport.Try(
      number: number, applied: numbers(set), hunks: hunks, verdict: verdict,
      seen: good > 0 && bad > 0 ? "\(good) times good, \(bad) times bad" : telltale.seen,
      value: telltale.value,
      made: outcomes.reduce(0) { $0 + $1.made }, known: outcomes.reduce(0) { $0 + $1.known },
      counts: request.times > 1 ? (good, bad) : nil)
    tries.append(found)
    telling(.tried(found))
    return found
  }
}

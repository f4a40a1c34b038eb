internal import Journaling
internal import MLTBase

/// The latest word of each person, as they are heard in the order in which they count.
struct LatestVoices {
  private let policy: ReviewPolicy
  private var latest: [String: ReviewVoice] = [:]
  private var order: [String] = []

  init(_ policy: ReviewPolicy) { self.policy = policy }

  /// What people said, the latest last.
  var voices: [ReviewVoice] { order.compactMap { latest[$0] } }

  // What takes the place of what: at least as much must be known of who speaks.
  private static func rank(_ proof: ReviewVoice.Proof) -> Int {
    switch proof {
    case .signed: 3
    case .unchecked: 2
    case .none, .unknownKey: 1
    case .bad: 0
    }
  }

  /// Hears a word: it takes the place of what the same person said, unless that is proved and this isn't, or is older.
  mutating func hear(_ review: ModelVersion.Review, _ proof: ReviewVoice.Proof) {
    var person = review.fact.said.user ?? ""
    if case .signed(let principal) = proof { person = principal }
    var key = ReviewVoice.key(of: person)
    // What wasn't checked may be anybody's: it stands beside what that person is proved to have said.
    if proof == .unchecked, policy.areSignaturesNeeded { key += " unchecked" }
    if let before = latest[key] {
      let (rank, rankBefore) = (Self.rank(proof), Self.rank(before.proof))
      if rank < rankBefore { return }
      // An earlier word that somebody has written down again must not undo a later one.
      if rank == rankBefore, rank > 1, review.said < before.review.said { return }
    }
    latest[key] = ReviewVoice(person: person, review: review, proof: proof, remark: nil)
    order.removeAll { $0 == key }
    order.append(key)
  }
}

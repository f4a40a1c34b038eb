public import Journaling
internal import LineageIndexing
internal import MLTBase

extension Workspace {
  // MARK: Speaking

  /// Asks for the review of a version, approves of it or rejects it; signed where signing is on.
  ///
  /// - Parameters:
  ///   - text: the version.
  ///   - verdict: what is said.
  ///   - reviewers: who is asked; empty for anybody.
  ///   - why: why.
  ///   - isSigned: whether it is to be signed; nil leaves it to the setting.
  /// - Throws: ``ModelError``, `SigningError`; failures of the journal.
  public func reviewModel(
    _ text: String, _ verdict: ModelReviewed.Verdict, reviewers: [String] = [], why: String? = nil,
    isSigned: Bool? = nil
  ) throws -> ReviewStanding {
    let signer = try signer(isSigned)
    let named = try changingModels {
      let named = try version(text)
      guard let content = named.version.artifact.content else {
        throw ModelError.noContent(named.version.artifact.path)
      }
      var fact = ModelReviewed(
        named.model.name, version: named.version.id, content: content, verdict: verdict,
        reviewers: Set(reviewers).sorted(), said: try attribution(ofModel: named.model.name, why))
      if let signer {
        let made = try signer.keygen.sign(Self.message(of: fact), key: signer.key)
        fact.signature = made.signature
        fact.key = made.key
      }
      try record([fact], durable: true)
      return named
    }
    return try reviewStanding(of: version(of: named.model.name, named.version.id))
  }

  /// The bytes that a signature of a review speaks of (`docs/design/journal-format.md`).
  static func message(of fact: ModelReviewed) -> [UInt8] {
    let digest = ContentHasher.contentID(of: JSON.object(fact.signedFields).canonicalBytes)
    return Array("\(ModelReviewed.type) \(digest.hex)\n".utf8)
  }

  // MARK: Standing

  /// How the review of a version stands, signatures checked.
  ///
  /// - Throws: ``ModelError``, `SigningError`; failures of the index.
  public func reviewStanding(of text: String) throws -> ReviewStanding {
    try reviewStanding(of: version(text))
  }

  func reviewStanding(of named: NamedVersion) throws -> ReviewStanding {
    let policy = try reviewPolicy()
    let version = named.version
    // What was said of other bytes says nothing of these.
    let reviews = version.reviews.filter { $0.fact.content == version.artifact.content }
    let asked = Set(reviews.filter { $0.fact.verdict == .requested }.flatMap(\.fact.reviewers)).sorted()
    var latest: [String: ReviewVoice] = [:]
    var order: [String] = []
    let keygen = try reviews.contains { $0.fact.signature != nil } ? checkingKeygen() : nil
    for review in reviews where review.fact.verdict != .requested {
      let proof = try proof(of: review, keygen)
      var person = review.fact.said.user ?? ""
      if case .signed(let principal) = proof { person = principal }
      let key = ReviewVoice.key(of: person)
      // A signature that doesn't hold must not take the word of whoever it pretends to be.
      if proof == .bad || policy.areSignaturesNeeded && !proof.isTrusted, latest[key]?.proof.isTrusted == true {
        continue
      }
      latest[key] = ReviewVoice(person: person, review: review, proof: proof, remark: nil)
      order.removeAll { $0 == key }
      order.append(key)
    }
    let makers = try makers(of: version)
    let reviewers = Set(asked.map(ReviewVoice.key))
    let voices = order.compactMap { latest[$0] }.map { voice in
      var voice = voice
      voice.remark = Self.remark(on: voice, makers: makers, reviewers: reviewers, policy)
      return voice
    }
    var standing = ReviewStanding(
      named: named, asked: asked, isRequested: reviews.contains { $0.fact.verdict == .requested }, voices: voices,
      requirements: [])
    standing.requirements = try requirements(of: standing, policy)
    return standing
  }

  private func checkingKeygen() throws -> SSHKeygen {
    let keygen = try SSHKeygen(context)
    if let signers = try allowedSigners() { try keygen.allow(signers, revoked: revokedKeys()) }
    return keygen
  }

  private func proof(of review: ModelVersion.Review, _ keygen: SSHKeygen?) throws -> ReviewVoice.Proof {
    guard let keygen, let signature = review.fact.signature, let key = review.fact.key else { return .none }
    let message = Self.message(of: review.fact)
    switch try keygen.signer(of: signature, over: message, claiming: key, at: review.at) {
    case .trusted(let principal): return .signed(by: principal)
    case .unknown: return .unknownKey
    case nil: return .bad
    }
  }

  /// Those who made a version: who registered it, and who started the run.
  private func makers(of version: ModelVersion) throws -> Set<String> {
    var makers: Set<String> = []
    if let user = version.said.user { makers.insert(ReviewVoice.key(of: user)) }
    if let run = version.run, let user = try index.run(run)?.user { makers.insert(ReviewVoice.key(of: user)) }
    return makers
  }

  private static func remark(
    on voice: ReviewVoice, makers: Set<String>, reviewers: Set<String>, _ policy: ReviewPolicy
  ) -> String? {
    let key = ReviewVoice.key(of: voice.person)
    if voice.proof == .bad { return "its signature doesn't hold" }
    if policy.areSignaturesNeeded, !voice.proof.isTrusted { return "it isn't signed by an allowed signer" }
    // Whoever made it may well say that it is no good.
    if voice.review.fact.verdict == .rejected { return nil }
    if policy.areOthersNeeded, makers.contains(key) { return "they made it themselves" }
    if !reviewers.isEmpty, !reviewers.contains(key) { return "others were asked" }
    return nil
  }
}

extension ReviewVoice.Proof {
  /// Whether it is proved who speaks.
  var isTrusted: Bool { if case .signed = self { true } else { false } }
}

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
    try index.catchUp(journal)
    let named = try version(text)
    guard let content = named.version.artifact.content else {
      throw ModelError.noContent(named.version.artifact.path)
    }
    let said = try attribution(ofModel: named.model.name, why)
    var fact = ModelReviewed(
      named.model.name, version: named.version.id, content: content, verdict: verdict,
      reviewers: Set(reviewers).sorted(), at: said.order(at: context.clock.now()), said: said)
    // Keys ask for passphrases and touches, for which nobody else is to wait.
    if let signer {
      let made = try signer.keygen.sign(Self.message(of: fact), key: signer.key)
      fact.signature = made.signature
      fact.key = made.key
    }
    let reviewed = try changingModels {
      let now = try version(of: named.model.name, named.version.id)
      if now.model.isDeleted { throw ModelError.deletedModel(now.model.name) }
      if now.version.isDeleted { throw ModelError.deletedVersion(now.version.label, of: now.model.name) }
      try record([fact], durable: true)
      try index.catchUp(journal)
      return try version(of: named.model.name, named.version.id)
    }
    return try reviewStanding(of: reviewed)
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

  /// How the review of a version stands.
  ///
  /// - Parameter isDeciding: whether something hangs on it: then signatures must be checked, where there are any.
  func reviewStanding(of named: NamedVersion, isDeciding: Bool = false) throws -> ReviewStanding {
    let policy = try reviewPolicy()
    let isNeeded = isDeciding || policy.areSignaturesNeeded
    // A review is of a content, whichever of the model's versions it was made on.
    let reviews = named.version.artifact.content.map { named.model.reviews(of: $0) } ?? []
    let keygen = try reviews.contains { $0.fact.signature != nil } ? checkingKeygen(isNeeded: isNeeded) : nil
    var proofs = ReviewProofs(keygen)
    var requests = LatestVoices(policy)
    var words = LatestVoices(policy)
    for review in reviews {
      let proof = try proofs.proof(of: review)
      if review.fact.verdict != .requested {
        words.hear(review, proof)
      } else if proof != .bad, !policy.areSignaturesNeeded || proof.isTrusted {
        requests.hear(review, proof)
      }
    }
    let asked = Set(requests.voices.flatMap(\.review.fact.reviewers)).sorted()
    let makers = try makers(of: named, policy, areSignersNeeded: isNeeded)
    let reviewers = Set(asked.map(ReviewVoice.key))
    let voices = words.voices.map { voice in
      var voice = voice
      voice.remark = Self.remark(on: voice, makers: makers, reviewers: reviewers, policy)
      return voice
    }
    var standing = ReviewStanding(
      named: named, asked: asked, isRequested: !requests.voices.isEmpty, voices: voices, requirements: [])
    standing.requirements = try requirements(of: standing, policy)
    return standing
  }

  /// The program that checks signatures; nil where it isn't there and nothing hangs on it.
  private func checkingKeygen(isNeeded: Bool) throws -> SSHKeygen? {
    if isKeygenMissing, !isNeeded { return nil }
    let keygen = try SSHKeygen(context)
    if let signers = try allowedSigners() { try keygen.allow(signers, revoked: revokedKeys()) }
    return keygen
  }

  private var isKeygenMissing: Bool {
    ProgramSearch.failure(SSHKeygen.program, path: context.environment["PATH"], directory: context.directory) != nil
  }

  /// Those who made a content: who registered it, who started the run, and who signed that.
  private func makers(
    of named: NamedVersion, _ policy: ReviewPolicy, areSignersNeeded: Bool
  ) throws -> Set<String> {
    let versions = named.version.artifact.content.map { named.model.versions(of: $0) } ?? [named.version]
    var makers = Set(versions.compactMap(\.said.user))
    let isSigningHere = areSignersNeeded || !isKeygenMissing
    for id in Set(versions.compactMap(\.run)) {
      guard let run = try index.run(id) else { continue }
      makers.insert(run.user)
      guard policy.areOthersNeeded, isSigningHere, try !index.signingKeys(of: id).isEmpty else { continue }
      makers.formUnion(try verifications(of: [run], recordedFacts(of: [id]).facts).flatMap(\.signers))
    }
    return Set(makers.map(ReviewVoice.key))
  }

  private static func remark(
    on voice: ReviewVoice, makers: Set<String>, reviewers: Set<String>, _ policy: ReviewPolicy
  ) -> String? {
    let key = ReviewVoice.key(of: voice.person)
    let isRejection = voice.review.fact.verdict == .rejected
    if voice.proof == .bad { return "its signature doesn't hold" }
    if policy.areSignaturesNeeded, !voice.proof.isTrusted {
      guard voice.proof == .unchecked else { return "it isn't signed by an allowed signer" }
      // Among more words than are checked somebody may have buried a rejection.
      return isRejection ? nil : "its signature wasn't checked: too many were made"
    }
    if key.isEmpty { return "nobody's name is given" }
    // Whoever made it may well say that it is no good.
    if isRejection { return nil }
    let claimed = voice.review.fact.said.user.map(ReviewVoice.key)
    if policy.areOthersNeeded, makers.contains(key) || claimed.map(makers.contains) ?? false {
      return "they made it themselves"
    }
    if !reviewers.isEmpty, !reviewers.contains(key) { return "others were asked" }
    return nil
  }
}

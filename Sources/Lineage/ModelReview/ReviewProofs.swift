internal import Journaling
internal import MLTBase

/// Finds out who speaks in the reviews of one version, as far as it is signed.
///
/// Each check starts a program, and whoever can push can add any number of words: so many are checked, and no more.
struct ReviewProofs {
  /// How many signatures are checked in all, and how many that claim one key.
  private static let limit = 400
  private static let limitOfKey = 100

  private struct Claim: Hashable {
    var signature: String
    var key: String
    var message: [UInt8]
    var time: Timestamp
  }

  private let keygen: SSHKeygen?
  private var known: [Claim: ReviewVoice.Proof] = [:]
  private var checks = 0
  private var checksOfKeys: [String: Int] = [:]

  /// Takes the program that checks; nil to check nothing.
  init(_ keygen: SSHKeygen?) { self.keygen = keygen }

  /// Whether it is known who said something.
  mutating func proof(of review: ModelVersion.Review) throws -> ReviewVoice.Proof {
    guard let signature = review.fact.signature, let key = review.fact.key else { return .none }
    // Nobody can have signed it after it was written down.
    if let time = review.fact.at, time > review.at { return .bad }
    guard let keygen else { return .unchecked }
    let message = Workspace.message(of: review.fact)
    let claim = Claim(signature: signature, key: key, message: message, time: review.said)
    if let proof = known[claim] { return proof }
    guard checks < Self.limit, checksOfKeys[key, default: 0] < Self.limitOfKey else { return .unchecked }
    checks += 1
    checksOfKeys[key, default: 0] += 1
    let proof: ReviewVoice.Proof =
      switch try keygen.signer(of: signature, over: message, claiming: key, at: review.said) {
      case .trusted(let principal): .signed(by: principal)
      case .unknown: .unknownKey
      case nil: .bad
      }
    known[claim] = proof
    return proof
  }
}

extension ReviewVoice.Proof {
  /// Whether it is proved who speaks.
  var isTrusted: Bool { if case .signed = self { true } else { false } }
}

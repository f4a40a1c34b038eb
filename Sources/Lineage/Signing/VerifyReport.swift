public import Journaling
public import LineageIndexing
public import MLTBase

/// What was found out about one run's record.
public struct RunVerification: Sendable {
  /// Whose signature one is.
  public enum Signer: Hashable, Sendable {
    /// An allowed signer's.
    case trusted(String)
    /// That of a key which no allowed signer has, or had at the time.
    case unknown
  }

  /// A signature that holds.
  public struct Signature: Hashable, Sendable {
    /// The fingerprint of the key that made it.
    public var key: String
    /// Whose key that is.
    public var signer: Signer
  }

  /// What is wrong with the facts.
  public enum Problem: Hashable, Sendable {
    /// The journal has no event of a type that must be there.
    case missing(type: String)
    /// Several events of a type say different things.
    case contradicted(type: String)
    /// The facts make another record than the run's end claims.
    case otherRecord
    /// A signature is one of another record.
    case signedOtherRecord(key: String)
    /// A signature doesn't hold; the key is the one that it claims.
    case badSignature(key: String)
  }

  /// The run.
  public var run: RunRecord
  /// The signatures that hold.
  public var signatures: [Signature]
  /// What is wrong with the facts and, unless an allowed signer's signature holds, with signatures.
  public var problems: [Problem]
  /// What is wrong with further signatures, where an allowed signer's holds: anybody could have added them.
  public var disregarded: [Problem] = []

  /// The allowed signers who signed it, each once.
  public var signers: [String] {
    var seen: Set<String> = []
    return signatures.compactMap { signature in
      guard case .trusted(let name) = signature.signer, seen.insert(name).inserted else { return nil }
      return name
    }
  }
}

/// What a verification of a lineage found.
public struct VerifyReport: Sendable {
  /// Bytes of a run that aren't what they were.
  public struct Damage: Hashable, Sendable {
    /// The content.
    public var content: ContentID
    /// The path at which a run read or wrote it.
    public var path: String
    /// That run.
    public var run: RunID
  }

  /// A path whose content no recorded run made, though one had written it before.
  public struct Change: Hashable, Sendable {
    /// The path.
    public var path: String
    /// The run that wrote it last.
    public var since: RunID
    /// The run that read it; nil for what was asked about itself.
    public var reader: RunID?
  }

  /// What was asked about, where it wasn't a run.
  public var artifacts: [ArtifactRecord] = []
  /// Of an artifact that was asked about: its path, if no recorded run made it.
  public var unmade: [String] = []
  /// The runs, in the order of ``Trace``.
  public var runs: [RunVerification] = []
  /// Where the lineage was broken by changes outside mlt.
  public var changes: [Change] = []
  /// The bytes that aren't what they were.
  public var damage: [Damage] = []
  /// How many distinct contents were read and are what they were.
  public var verified = 0
  /// The paths of contents whose bytes aren't stored here, each content once; sorted.
  public var absent: [String] = []
  /// How many distinct contents git keeps.
  public var inGit = 0
  /// How many events of the journal, of whatever run, can't be read.
  public var unreadableEvents = 0

  /// Whether some fact or byte isn't what it was.
  public var isBroken: Bool { !damage.isEmpty || runs.contains { !$0.problems.isEmpty } }
  /// Whether every run is signed by an allowed signer, and nothing was changed between them.
  public var isSigned: Bool { changes.isEmpty && runs.allSatisfy { !$0.signers.isEmpty } }
}

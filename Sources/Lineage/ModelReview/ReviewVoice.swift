internal import Journaling
internal import MLTBase

/// What one person says of a version in review, the latest of it.
public struct ReviewVoice: Sendable {
  /// Whether it is known who speaks.
  public enum Proof: Hashable, Sendable {
    /// It isn't signed: anybody may have written it down.
    case none
    /// An allowed signer signed it.
    case signed(by: String)
    /// The key that signed it is none of an allowed signer's.
    case unknownKey
    /// The signature isn't one of what was said, or is of a later time than that at which it was written down.
    case bad
    /// It is signed, and nobody has looked at the signature: the program isn't there, or too many were made.
    case unchecked
  }

  /// Who, as `Name <mail>` or as the signer is called.
  public var person: String
  /// What was said, and when.
  public var review: ModelVersion.Review
  /// Whether it is known who speaks.
  public var proof: Proof
  /// Why it doesn't count, a lower-case phrase; nil if it does.
  public var remark: String?

  /// Whether a name has a mail address, by which people are told apart.
  public static func hasMail(_ person: String) -> Bool {
    let parts = key(of: person).split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains { $0.isWhitespace || "<>".contains($0) } }
  }

  /// What makes two names one person: the mail address, if there is one.
  static func key(of person: String) -> String {
    if let open = person.lastIndex(of: "<"), let close = person.lastIndex(of: ">"), open < close {
      return person[person.index(after: open)..<close].lowercased()
    }
    return person.lowercased()
  }
}

/// How the review of a version stands.
public struct ReviewStanding: Sendable {
  /// The version.
  public var named: NamedVersion
  /// Who was asked, sorted; empty if nobody was, or anybody.
  public var asked: [String]
  /// Whether a review was asked for.
  public var isRequested: Bool
  /// What people say, each once, the latest last.
  public var voices: [ReviewVoice]
  /// What policy asks for before Production, and how that stands.
  public var requirements: [ModelRequirement]

  /// How many approve whose approval counts.
  public var approvals: Int { voices.count { $0.review.fact.verdict == .approved && $0.remark == nil } }
  /// Those whose rejection stands.
  public var rejections: [ReviewVoice] { voices.filter { $0.review.fact.verdict == .rejected && $0.remark == nil } }
}

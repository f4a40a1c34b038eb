public import MLTBase

/// What to review.
public struct ReviewRequest: Sendable {
  /// How to score.
  public var method: ReviewMethod
  /// Only flagged outputs of this component; nil for all.
  public var component: String?
  /// Only outputs of runs that were started since; nil for all.
  public var since: Timestamp?
  /// The most suspects to report; nil for all.
  public var limit: Int?

  /// Takes the request.
  public init(
    method: ReviewMethod = .ochiai, component: String? = nil, since: Timestamp? = nil, limit: Int? = 10
  ) {
    self.method = method
    self.component = component
    self.since = since
    self.limit = limit
  }
}

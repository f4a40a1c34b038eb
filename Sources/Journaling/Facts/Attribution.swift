public import MLTBase

/// Who says something by hand, why, and what was known of the thing when it was said.
public struct Attribution: Hashable, Sendable {
  /// Who says it, as `Name <mail>`.
  public var user: String?
  /// Why.
  public var why: String?
  /// The time that the latest change known of the same thing counts by, where the clock hasn't reached it yet.
  public var follows: Timestamp?

  // A clock that is set to the wrong zone is off by less; more is taken for no clock at all.
  private static let leadLimit: Int64 = 48 * 3600 * 1_000_000

  /// Takes the facts.
  public init(user: String? = nil, why: String? = nil, follows: Timestamp? = nil) {
    self.user = user
    self.why = why
    self.follows = follows
  }

  /// Returns the time by which what was said at `at` counts among other changes of the same thing.
  ///
  /// That is `at`, but a change that was made knowing of another one comes after it, whatever the clocks said.
  public func order(at: Timestamp) -> Timestamp {
    guard let follows, follows >= at, follows.microseconds - at.microseconds < Self.leadLimit else { return at }
    return Timestamp(microseconds: follows.microseconds + 1)
  }

  package func write(_ writer: inout FieldWriter) {
    writer.set("user", user)
    writer.set("why", why)
    writer.set("follows", follows?.description)
  }

  package init(_ reader: FieldReader) throws(FactError) {
    self.init(
      user: try reader.optionalString("user"), why: try reader.optionalString("why"),
      follows: try reader.time("follows"))
  }
}

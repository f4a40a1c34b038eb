public import MLTBase

/// Who says something by hand, why, and what was known of the thing when it was said.
public struct Attribution: Hashable, Sendable {
  /// Who says it, as `Name <mail>`.
  public var user: String?
  /// Why.
  public var why: String?
  /// The time that the latest change known of the same thing counts by, where the clock hasn't reached it yet.
  public var follows: Timestamp?
  /// The store of another tool's that an import took it from, as `mlflow begun 2026-01-02T…`; nil for what was said here.
  public var imported: String?

  // A clock that is set to the wrong zone is off by less; more is taken for no clock at all.
  private static let leadLimit: Int64 = 48 * 3600 * 1_000_000
  // The last moment that can be written down, and so followed: 9999-12-31T23:59:59.999999Z.
  private static let last: Int64 = 253_402_300_799_999_999

  /// Takes the facts.
  public init(user: String? = nil, why: String? = nil, follows: Timestamp? = nil, imported: String? = nil) {
    self.user = user
    self.why = why
    self.follows = follows
    self.imported = imported
  }

  /// Returns the time by which what was said at `at` counts among other changes of the same thing.
  ///
  /// That is `at`, but a change that was made knowing of another one comes after it, whatever the clocks said.
  public func order(at: Timestamp) -> Timestamp {
    guard let follows, follows >= at else { return at }
    let (lead, isHuge) = follows.microseconds.subtractingReportingOverflow(at.microseconds)
    guard !isHuge, lead < Self.leadLimit else { return at }
    return Timestamp(microseconds: min(follows.microseconds, Self.last - 1) + 1)
  }

  package func write(_ writer: inout FieldWriter) {
    writer.set("user", user)
    writer.set("why", why)
    writer.set("follows", follows?.description)
    writer.set("imported", imported)
  }

  package init(_ reader: FieldReader) throws(FactError) {
    self.init(
      user: try reader.optionalString("user"), why: try reader.optionalString("why"),
      follows: try reader.time("follows"), imported: try reader.optionalString("imported"))
  }
}

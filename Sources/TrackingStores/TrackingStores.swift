// What belongs here: reading what other tools have tracked, as they keep it on disk: MLflow's file store and its SQLite database, mltrace's
// database as SQLite or as a dump of Postgres. What doesn't: deciding what becomes of it here, and reading the artifacts that it names.
// Nothing that is read is trusted: a value of another kind than expected is as good as absent, and what can't be understood is reported.
internal import MLTBase

/// Something in another tool's store that can't be taken as it stands.
public struct TrackingProblem: Hashable, Sendable {
  /// What it is about: a run, a model, a file.
  public var subject: String
  /// What is wrong with it: a lower-case phrase.
  public var reason: String

  /// Takes the facts.
  public init(_ subject: String, _ reason: String) {
    self.subject = subject
    self.reason = reason
  }
}

extension TrackingProblem: CustomStringConvertible {
  /// The problem as a lower-case phrase.
  public var description: String { "'\(subject)': \(reason)" }
}

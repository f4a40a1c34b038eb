public import MLTBase

/// Something that policy asks of a version before it may go to a stage.
public struct ModelRequirement: Hashable, Sendable {
  /// What is asked for, and how it stands.
  public enum Kind: Hashable, Sendable {
    /// This many people approve of it.
    case approvals(have: Int, need: Int)
    /// Nobody's rejection stands; with those whose does.
    case unrejected(by: [String])
    /// The run that made it stood on committed code; with what keeps it from being so.
    case clean(problem: String?)
    /// The run that made it was made again with the same outcome.
    case reproduced(problem: String?)
    /// Nothing that it was made from is said to be wrong; with what is.
    case unflagged([String])
    /// The environment takes versions of this range.
    case allowed(environment: String, range: String, release: String)
  }

  /// What is asked for.
  public var kind: Kind
  /// Whether it is so.
  public var isMet: Bool
  /// The run that it is about, if it is about one.
  public var run: RunID?
}

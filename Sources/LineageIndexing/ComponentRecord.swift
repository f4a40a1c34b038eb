public import Journaling
public import MLTBase

/// A named step: what was said of it, and its runs.
public struct ComponentRecord: Hashable, Sendable {
  /// The component's name.
  public var name: String
  /// What it does, if that was said.
  public var summary: String?
  /// Who answers for it, if that was said.
  public var owner: String?
  /// Its tags, as they were given.
  public var tags: [String]
  /// The checks that its runs are to pass, as somebody asked for them; whoever didn't isn't held to them.
  public var checks = ComponentChecks()
  /// How many runs it has, deleted ones left out.
  public var runCount: Int64
  /// When the last of them started; nil if there is none.
  public var lastStarted: Timestamp?
}

public import Journaling
public import MLTBase

/// Where an input's content came from.
public enum Origin: Hashable, Sendable {
  /// A run wrote this content at this path.
  case produced(RunID)
  /// A run wrote this content at another path: a copied or moved file.
  case copied(RunID, from: String)
  /// A run wrote the path last, but other content: it was changed outside mlt since.
  case changedOutside(since: RunID)
  /// Somebody put it under mlt's care, with no run behind it.
  case added(Timestamp)
  /// Git has this content at this path in the run's commit, and no run wrote it.
  case git
  /// Nobody knows.
  case source
}

/// One step of lineage: what a run read, and where that came from.
public struct LineageEdge: Hashable, Sendable {
  /// The input as the run's record has it.
  public var input: ArtifactRecord
  /// Where it came from.
  public var origin: Origin
  /// The weaker of the evidence for the reading and for the writing; nil if nobody is known to have written it.
  public var evidence: Evidence
  /// Of a tree made by several: how many of its files came from there.
  public var count: Int64?

  /// The run that the step leads to, if it leads to one.
  public var producer: RunID? {
    switch origin {
    case .produced(let run), .copied(let run, _), .changedOutside(let run): run
    case .added, .git, .source: nil
    }
  }
}

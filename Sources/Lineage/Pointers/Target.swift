public import Journaling
public import MLTBase

/// What a pointer turned out to name.
public enum Target: Sendable {
  /// A run.
  case run(RunID)
  /// A content, with the path it is asked for at.
  case artifact(ArtifactTarget)

  /// The artifact; nil for a run.
  var artifact: ArtifactRecord? { if case .artifact(let target) = self { target.artifact } else { nil } }

  /// The commit that it was named by; nil if by something else.
  var commit: String? { if case .artifact(let target) = self { target.commit } else { nil } }
}

/// One content, and how it came to be named.
public struct ArtifactTarget: Sendable {
  /// Which version of a path was meant.
  public enum Version: Hashable, Sendable {
    /// What stands in the work tree now.
    case present
    /// What the lock file says, where nothing stands in the work tree.
    case locked
    /// What was recorded last, where neither has it.
    case recorded
    /// What a run read or wrote.
    case ofRun(RunID)
    /// What a commit has.
    case ofCommit(String)
    /// What was recorded last by a moment, at which somebody put it under mlt's care.
    case added(Timestamp)
    /// The content itself, by its id.
    case content
  }

  /// The artifact.
  public var artifact: ArtifactRecord
  /// Which version it is.
  public var version: Version

  /// The commit that it was named by; nil if by something else.
  var commit: String? { if case .ofCommit(let commit) = version { commit } else { nil } }
}

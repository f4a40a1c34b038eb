public import MLTBase

/// Why what a run made isn't up to date, as it looks when somebody asks: nothing of it is recorded.
public struct Staleness: Hashable, Sendable {
  /// One reason.
  public enum Reason: Hashable, Sendable {
    /// Something that it read has another content by now, and the run that wrote that, if one did.
    case inputChanged(path: String, by: RunID?)
    /// A file of its code, as git tracks it, has another content by now.
    case codeChanged(path: String)
    /// All that it read of a component was made so many days before it started: more than the setting lets pass.
    case oldInput(path: String, component: String, run: RunID, days: Int)
    /// It read a copy of what, at its own place, a run had written anew before.
    case oldCopy(path: String, of: String, by: RunID)
    /// A run that made something it read is itself out of date.
    case upstream(component: String, run: RunID)
  }

  /// The reasons, sorted; none if it is up to date.
  public var reasons: [Reason]
  /// The run that has since written what this one had, if nothing of that is the latest any more.
  ///
  /// What has changed since is no reason then: this run's outputs are history.
  public var supersededBy: RunID?

  /// Whether there is something to say against what the run made.
  public var isStale: Bool { !reasons.isEmpty }

  /// Takes the findings; nothing speaks against the run by default.
  public init(reasons: [Reason] = [], supersededBy: RunID? = nil) {
    self.reasons = reasons
    self.supersededBy = supersededBy
  }

  /// The order of reasons: what is most direct first.
  static func key(_ reason: Reason) -> (Int, String) {
    switch reason {
    case .inputChanged(let path, _): (0, path)
    case .oldCopy(let path, _, _): (1, path)
    case .codeChanged(let path): (2, path)
    case .oldInput(let path, _, _, _): (3, path)
    case .upstream(let component, let run): (4, component + " " + run.hex)
    }
  }
}

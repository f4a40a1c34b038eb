public import Journaling
public import LineageIndexing
public import MLTBase

/// Who is affected by something: the runs that it reached, what they made, and whose that is.
public struct Downstream: Sendable {
  /// Why a run is among the first.
  public enum Cause: Hashable, Sendable {
    /// It is the run that was asked about.
    case asked
    /// It read what was asked about, or something that is meant by it.
    case read(path: String)
    /// It was made on the commit.
    case madeAtCommit
    /// It read a file that the commit changed, as the commit left it.
    case readChanged(path: String)
    /// It loaded the package, in this version.
    case loaded(package: String, version: String)
    /// It is a run of the component.
    case ofComponent
  }

  /// One run that was reached.
  public struct Run: Sendable {
    /// The run.
    public var run: RunRecord
    /// How many runs lie between it and what was asked about.
    public var depth: Int
    /// Why it is among the first; empty for those that were reached through others.
    public var causes: [Cause]
    /// What it wrote; with leaves asked for, only those.
    public var outputs: [ArtifactRecord]
    /// The runs that read what it wrote.
    public var readers: [Trace.Reader]
  }

  /// One place that was written, with all its affected versions.
  public struct Output: Sendable {
    /// Where.
    public var path: String
    /// The latest affected version.
    public var latest: ArtifactRecord
    /// The runs that wrote it, the latest first.
    public var runs: [RunID]
    /// Their components, sorted.
    public var components: [String]
    /// Whether nothing else was recorded there since the latest affected version.
    public var isCurrent: Bool
    /// Whether no run is known to have read the latest affected version.
    public var isLeaf: Bool
  }

  /// One component with affected runs.
  public struct Component: Sendable {
    /// Its name.
    public var name: String
    /// Who answers for it, if that was said.
    public var owner: String?
    /// How many of its runs are affected.
    public var runs: Int
    /// The latest start of those.
    public var last: Timestamp
    /// How many places they wrote.
    public var outputs: Int
  }

  /// What was asked about, in a few words.
  public var subject: String
  /// The runs that are shown, in the order they were reached.
  public var runs: [Run]
  /// What they wrote, by path.
  public var outputs: [Output]
  /// Their components, by name.
  public var components: [Component]
  /// How many runs were reached in all, also those that aren't shown.
  public var reached: Int
  /// Whether runs further away were left out, as the depth asked for.
  public var isCut: Bool
  /// Which of the artifacts are said to be wrong.
  public var flags: FlagMarks
}

/// What ``Workspace/downstream(_:)`` is asked for.
public struct DownstreamRequest: Sendable {
  /// What to start from.
  public enum Start: Hashable, Sendable {
    /// What a pointer names; else a pattern or folder of recorded paths, a component or a commit of that name.
    case pointer(String)
    /// The runs made on a commit, and those that read a file as the commit left it which the commit changed.
    case commit(String)
    /// The runs that loaded a package: `numpy==1.26.4`, `numpy>=1.26,<2`.
    case package(String)
    /// The runs of a component.
    case component(String)
  }

  /// What to start from.
  public var start: Start
  /// Only runs that started at or after this moment are shown.
  public var since: Timestamp?
  /// Only runs of these components are shown; none stands for all.
  public var components: [String] = []
  /// Only what nobody read further is shown.
  public var leavesOnly = false
  /// How many runs deep to go; nil for all the way.
  public var depth: Int?

  /// Asks for everything after a start.
  public init(_ start: Start) {
    self.start = start
  }
}

/// What can't be followed downwards.
public enum DownstreamError: Error, Sendable {
  /// The text isn't a package with or without bounds for its version.
  case malformedPackage(String)
  /// No run loaded a package of that name.
  case unknownPackage(String)
}

extension DownstreamError: CustomStringConvertible {
  /// A phrase.
  public var description: String {
    switch self {
    case .malformedPackage(let text): "'\(text)' is no package with a version"
    case .unknownPackage(let name): "no run loaded a package '\(name)'"
    }
  }
}

public import Journaling
public import MLTBase

/// One run with all that a document may say of it.
///
/// Its texts are told as they stand: what is not for others isn't in them.
public struct ExportedRun: Sendable {
  /// A run around this one.
  public struct Ancestor: Hashable, Sendable {
    /// The run.
    public var run: RunID
    /// Its component's name.
    public var component: String

    /// Takes the facts.
    public init(run: RunID, component: String) {
      self.run = run
      self.component = component
    }
  }

  /// Something that the run read.
  public struct Input: Sendable {
    /// What was read.
    public var artifact: ArtifactRecord
    /// Where it came from; empty if that wasn't looked for, more than one only for a folder with several makers.
    public var sources: [Source]

    /// Takes the facts.
    public init(_ artifact: ArtifactRecord, sources: [Source] = []) {
      self.artifact = artifact
      self.sources = sources
    }
  }

  /// Where something that was read came from.
  public enum Source: Hashable, Sendable {
    /// It is what a run wrote at the same path.
    case output(of: RunID)
    /// It lies in the folder that a run wrote.
    case member(of: RunID, folder: String)
    /// A run wrote some of what the folder holds.
    case part(of: RunID)
    /// It is a copy of what a run wrote at another path.
    case copy(of: RunID, path: String)
    /// A run wrote its path last, and somebody changed it since; the run's output is at `path`, if it is known.
    case changed(since: RunID, path: String?)
    /// Somebody put it under mlt's care.
    case added
    /// It is what git had.
    case git
    /// Nobody knows.
    case unknown
  }

  /// The run.
  public var id: RunID
  /// The component's name.
  public var component: String
  /// What the component does, if that was said.
  public var summary: String?
  /// Who answers for the component, if that was said.
  public var owner: String?
  /// The command and its arguments.
  public var command: [String] = []
  /// The working directory.
  public var directory = "."
  /// Where git stood.
  public var git: GitState?
  /// The machine's host name.
  public var host = ""
  /// Who started it, as `Name <mail>`.
  public var user = ""
  /// The run it was started within.
  public var parent: Ancestor?
  /// The outermost run around it.
  public var root: Ancestor?
  /// Parameters.
  public var parameters: [String: String] = [:]
  /// Tags.
  public var tags: [String: String] = [:]
  /// The latest value of each metric.
  public var metrics: [String: Double] = [:]
  /// The note.
  public var note: String?
  /// How it ended.
  public var status: RunStatus
  /// The exit status.
  public var exit: Int64?
  /// When it started.
  public var started: Timestamp
  /// When it ended.
  public var ended: Timestamp?
  /// How its accesses were learned.
  public var evidence: Evidence?
  /// What it cost.
  public var usage: RunUsage?
  /// What makes the record less than the whole truth.
  public var hazards: [Hazard] = []
  /// The names of checks that the run hasn't passed: what it made is suspect.
  public var failedChecks: [String] = []
  /// Paths that it removed.
  public var removed: [String] = []
  /// What it stood on.
  public var environment = RunEnvironment()
  /// The stage of a pipeline that it is a run of.
  public var stage: RunStage?
  /// The addresses that it connected to.
  public var network: [String] = []
  /// The SHA-256 of its canonical record.
  public var record: ContentID?
  /// What it read, by path.
  public var inputs: [Input] = []
  /// What it wrote, by path.
  public var outputs: [ArtifactRecord] = []
  /// The columns of those of its files that are tables, as far as they are known.
  public var columns: [ContentID: [String]] = [:]

  /// Takes what is known of every run.
  public init(id: RunID, component: String, status: RunStatus, started: Timestamp) {
    self.id = id
    self.component = component
    self.status = status
    self.started = started
  }
}

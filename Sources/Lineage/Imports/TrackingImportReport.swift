public import SystemPackage
public import TrackingStores

/// What `mlt import mlflow` is asked to do.
public struct MLflowImportRequest: Sendable {
  /// The store: a path, or `sqlite:///PATH` as MLflow writes it; nil for `mlflow.db` or `mlruns` in the working directory.
  public var store: String?
  /// The names or ids of the experiments to take; empty for all.
  public var experiments: [String] = []
  /// A folder beside the store in which artifacts are.
  public var artifactFolder: String?
  /// Whether artifacts' bytes are taken.
  public var takesArtifacts = true
  /// Whether only to find out what would be done.
  public var isTrial = false

  /// Asks for all that the store at the usual place has.
  public init() {}
}

/// What `mlt import mltrace` is asked to do.
public struct MltraceImportRequest: Sendable {
  /// The database, or the dump of one.
  public var store: String
  /// Whether only to find out what would be done.
  public var isTrial: Bool

  /// Takes the request.
  public init(store: String, isTrial: Bool = false) {
    self.store = store
    self.isTrial = isTrial
  }
}

/// Why another tool's runs can't be taken over.
public enum TrackingImportError: Error, Hashable, Sendable {
  /// Neither of MLflow's usual stores is in the working directory.
  case noStore
  /// A store that is a server, or a database that isn't a file, by what was given.
  case notAFile(String)
  /// The store can't be read.
  case store(TrackingStoreError)
  /// The store has no such experiments; and those that it has.
  case unknownExperiments([String], known: [String])
}

/// What an import of another tool's runs found and did.
public struct TrackingImportReport: Sendable {
  /// How many runs of one experiment or component were met.
  public struct Group: Hashable, Sendable {
    /// The experiment's or component's name.
    public var name: String
    /// Runs that are new here.
    public var added = 0
    /// Runs that were here, and of which the store has more to say by now.
    public var continued = 0
    /// Runs that were here as they are.
    public var known = 0
  }

  /// Bytes that a run's or version's record names and that aren't here.
  public struct Missing: Hashable, Sendable {
    /// What they belong to, as `run 3f2a…`.
    public var subject: String
    /// Where they were said to be.
    public var place: String
    /// Why they weren't taken.
    public var reason: Reason

    /// Why bytes weren't taken.
    public enum Reason: String, Hashable, Sendable {
      /// Nothing is there.
      case missing
      /// They are elsewhere than on this machine.
      case remote
      /// They lie outside of the folders that may be read.
      case outside
    }
  }

  /// What a run has that it was imported without, as one that had ended; its record is closed.
  public struct Late: Hashable, Sendable {
    /// The run's id in the other tool.
    public var run: String
    /// What it is: `metrics`, `parameters`, `artifacts`.
    public var kinds: [String]
  }

  /// The tool: `mlflow`, `mltrace`.
  public var tool: String
  /// The store.
  public var store: FilePath
  /// Whether nothing was done.
  public var isTrial: Bool
  /// The experiments or components, by name.
  public var groups: [Group] = []
  /// How many values of metrics were taken.
  public var points = 0
  /// How many files and folders were stored.
  public var artifacts = 0
  /// How many bytes they have.
  public var bytes: Int64 = 0
  /// Bytes that aren't here.
  public var missing: [Missing] = []
  /// The versions of models that are new here, as `NAME version 3`.
  public var versions: [String] = []
  /// How many versions were here before.
  public var knownVersions = 0
  /// How many changes of models that were here before followed the other tool.
  public var modelChanges = 0
  /// How many prompts were left out, which MLflow keeps among its models.
  public var prompts = 0
  /// Flags and labels that are new here.
  public var marks = 0
  /// What couldn't be understood.
  public var problems: [TrackingProblem] = []

  /// What runs have that can't be added to them.
  public var late: [Late] = []
  /// Whether artifacts were asked for that are here and weren't read.
  public var isLacking = false
  /// What was understood, and isn't taken or done for a reason.
  public var notices: [TrackingProblem] = []

  /// Nothing, so far.
  init(tool: String, store: FilePath, isTrial: Bool) {
    self.tool = tool
    self.store = store
    self.isTrial = isTrial
  }

  /// How many runs are new here.
  public var added: Int { groups.reduce(0) { $0 + $1.added } }
}

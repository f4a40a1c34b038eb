public import MLTBase

/// An experiment of MLflow's.
public struct TrackedExperiment: Hashable, Sendable {
  /// Its id: decimal digits, mostly.
  public var id: String
  /// What it is called.
  public var name: String
  /// Whether it was deleted.
  public var isDeleted: Bool
  /// When it was made.
  public var created: Timestamp?
}

/// One value of a metric.
public struct TrackedMetric: Hashable, Sendable {
  /// The metric's name.
  public var key: String
  /// The value.
  public var value: Double
  /// The step.
  public var step: Int64
  /// When it was measured.
  public var at: Timestamp

  /// Returns the number that a stored one stands for: MLflow's databases keep infinities as the largest numbers there are.
  static func number(_ value: Double) -> Double {
    value == .greatestFiniteMagnitude ? .infinity : value == -.greatestFiniteMagnitude ? -.infinity : value
  }
}

/// Data that a run said it read.
public struct TrackedDataset: Hashable, Sendable {
  /// What it is called.
  public var name: String
  /// MLflow's own name for its content, which is taken of a sample only.
  public var digest: String
  /// Where it is: a URI, a path, or whatever else the source says.
  public var source: String
  /// What it was for, as `training`.
  public var context: String?
}

/// A model that a run logged, as MLflow 3 keeps it: beside runs.
public struct TrackedLoggedModel: Hashable, Sendable {
  /// What stands before the name of a model's own parameter in ``tags``.
  static let parameterTag = "mlflow.model.param."

  /// Its id: `m-` and 32 hexadecimal digits.
  public var id: String
  /// What it is called.
  public var name: String
  /// Where its files are.
  public var location: String
  /// The run that logged it.
  public var run: String?
  /// Tags, and what else is known of it, by name.
  public var tags: [String: String]
}

/// A run of MLflow's, with all that it logged.
public struct TrackedRun: Sendable {
  /// How it ended.
  public enum Status: Int64, Sendable {
    /// It goes on.
    case running = 1
    /// It is to begin.
    case scheduled = 2
    /// It ended well.
    case finished = 3
    /// It failed.
    case failed = 4
    /// Somebody ended it.
    case killed = 5

    /// Reads a status as a database has it (`FINISHED`), or as a file has it (`3`).
    init?(text: String) {
      let names = ["RUNNING": Self.running, "SCHEDULED": .scheduled, "FINISHED": .finished, "FAILED": .failed]
      guard let found = names[text] ?? (text == "KILLED" ? .killed : Int64(text).flatMap(Self.init(rawValue:))) else {
        return nil
      }
      self = found
    }
  }

  /// Its id: 32 hexadecimal digits, mostly.
  public var id: String
  /// What it is called.
  public var name: String?
  /// Who started it.
  public var user: String?
  /// How it ended.
  public var status: Status
  /// When it started.
  public var started: Timestamp?
  /// When it ended.
  public var ended: Timestamp?
  /// Whether it was deleted.
  public var isDeleted: Bool
  /// Where its artifacts are.
  public var artifacts: String
  /// Its parameters.
  public var parameters: [String: String] = [:]
  /// All values of its metrics; those of one metric in the order in which they were logged.
  public var metrics: [TrackedMetric] = []
  /// Its tags.
  public var tags: [String: String] = [:]
  /// Data that it read.
  public var datasets: [TrackedDataset] = []
  /// Models that it logged.
  public var models: [TrackedLoggedModel] = []
}

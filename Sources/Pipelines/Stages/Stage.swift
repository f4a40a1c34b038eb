/// A stage with all its templates replaced.
public struct Stage: Hashable, Sendable {
  /// What is run.
  public enum Command: Hashable, Sendable {
    /// One text, perhaps of several lines.
    case text(String)
    /// Texts that are run one after another.
    case list([String])

    /// The texts in order.
    public var texts: [String] {
      switch self {
      case .text(let text): [text]
      case .list(let texts): texts
      }
    }
  }

  /// The file and the name.
  public var id: StageID
  /// The name of the declaration that made this stage and others; nil for one declared by itself.
  public var group: String?
  /// Where the declaration begins.
  public var position: SourcePosition
  /// What is run.
  public var command: Command
  /// The folder that it runs in, from the root; empty for the root itself.
  public var folder: String
  /// What it reads, parameter files aside.
  public var dependencies: [StageDependency]
  /// The parameters that it takes.
  public var parameters: [ParameterSelection]
  /// What it writes: outputs, then metrics, then plots.
  public var outputs: [StageOutput]
  /// Whether it doesn't run for what it depends on.
  public var isFrozen: Bool
  /// Whether it always runs.
  public var isAlwaysChanged: Bool
  /// What it is for.
  public var description: String?
  /// Anything that people or other tools note.
  public var meta: PipelineValue?
  /// The commands that say whether it may run, and whether what it made is right.
  public var checks = StageChecks()
}

/// What is run before and after a stage: `meta.mlt.checks` in the pipeline file.
public struct StageChecks: Hashable, Sendable {
  /// Before its command.
  public var before: [String] = []
  /// After its command has ended well.
  public var after: [String] = []

  /// Nothing.
  public init() {}
}

/// Something that a stage reads.
public struct StageDependency: Hashable, Sendable {
  /// What it is.
  public var location: Location
  /// How it is written.
  public var text: String
  /// Where it is written.
  public var position: SourcePosition
}

/// Parameters that a stage takes from one file.
public struct ParameterSelection: Hashable, Sendable {
  /// The file.
  public var location: Location
  /// The dotted keys in order; nil for the whole file.
  public var keys: [String]?
  /// Where the file, or the first key of it, is written.
  public var position: SourcePosition
}

/// Something that a stage writes.
public struct StageOutput: Hashable, Sendable {
  /// What an output is for.
  public enum Kind: String, Hashable, Sendable {
    /// A result like any other.
    case output = "outs"
    /// Numbers to compare.
    case metrics
    /// Points to draw.
    case plots
  }

  /// What it is for.
  public var kind: Kind
  /// What it is.
  public var location: Location
  /// How it is written.
  public var text: String
  /// Where it is written.
  public var position: SourcePosition
  /// Whether its bytes are stored; left to git otherwise.
  public var isStored = true
  /// Whether it stays in place when the stage runs.
  public var persists = false
  /// Whether it is sent to remotes.
  public var isPushed = true
  /// The remote that it is sent to, if not the usual one.
  public var remote: String?
  /// What it is.
  public var description: String?
  /// What kind of thing it is, in words.
  public var type: String?
  /// Words to find it by.
  public var labels: [String] = []
  /// Anything that people or other tools note.
  public var meta: PipelineValue?
  /// How a plot is drawn: `template`, `x`, `y`, `x_label`, `y_label`, `title`, `header`; one mapping for each drawing.
  public var drawings: [PipelineMap] = []
}

public import Journaling
public import LineageIndexing
public import MLTBase

/// The lineage of something: runs, each once, with the steps between them.
public struct Trace: Sendable {
  /// Which way a trace goes.
  public enum Direction: Sendable {
    /// To what it was made from.
    case up
    /// To what was made from it.
    case down
  }

  /// One run of the lineage.
  public struct Node: Sendable {
    /// The run.
    public var run: RunRecord
    /// How many runs lie between it and the beginning.
    public var depth: Int
    /// Upwards: what it read and where that came from.
    public var inputs: [LineageEdge]
    /// What it wrote.
    public var outputs: [ArtifactRecord]
    /// Downwards: the runs that read what it wrote, with what they read.
    public var readers: [Reader]
    /// Whether there is more beyond it that the depth asked for leaves out.
    public var isCut: Bool
    /// Upwards: whether what it made is up to date; nil if that wasn't looked at.
    public var staleness: Staleness?
    /// The checks that it hasn't passed: what it made is suspect.
    public var failedChecks: [RecordedCheck] = []
  }

  /// A run that read something.
  public struct Reader: Hashable, Sendable {
    /// The run.
    public var run: RunID
    /// What it read, as its record has it.
    public var input: ArtifactRecord
  }

  /// Which way the trace goes.
  public var direction: Direction
  /// What was asked about; nil if it was a run.
  public var artifact: ArtifactRecord?
  /// Upwards: the steps that lead from the artifact to its makers.
  public var origins: [LineageEdge]
  /// Downwards: the runs that read the artifact.
  public var readers: [Reader]
  /// Downwards, where nobody read the artifact: runs that read other content at its path.
  public var otherReaders: [Reader] = []
  /// The run that was asked about, if it was one.
  public var start: RunID?
  /// The runs, in the order they were reached; each once.
  public var nodes: [Node]
  /// The labels that flow to what was asked about.
  public var labels: [LabelFinding] = []
  /// The versions of models that what was asked about is, or that the run which was asked about made.
  public var models: [NamedVersion] = []
  /// Which of the artifacts are said to be wrong.
  public var flags = FlagMarks()

  /// All artifacts that it shows, run by run: together those of a long lineage would take more memory than all else.
  var artifacts: some Sequence<ArtifactRecord> {
    let asked = (artifact.map { [$0] } ?? []) + readers.map(\.input)
    return (0...nodes.count).lazy.flatMap { place in
      if place == nodes.count { return asked }
      let node = nodes[place]
      return node.inputs.map(\.input) + node.outputs + node.readers.map(\.input)
    }
  }

  /// The places of runs in ``nodes``.
  public var positions: [RunID: Int] {
    Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($0.element.run.id, $0.offset) })
  }
}

public import Journaling
internal import LineageIndexing
public import MLTBase
public import SystemPackage

/// What came of making runs again.
public struct RerunReport: Sendable {
  /// One run.
  public struct Result: Sendable {
    /// How it was made again.
    public var plan: RerunPlan
    /// What is to be said of it; nil if it couldn't be made, or if nothing is known that it could be compared with.
    public var fact: RunReplicated?
    /// All outputs, also those that are the same, sorted by path.
    public var outputs: [RunReplicated.Output] = []
    /// Where it stopped: an input that a run before it hasn't made again.
    public var lacking: String?
    /// Whether the command's standard input had held something that it couldn't be given.
    public var lackedInput = false
    /// Paths of the work tree that the repetition touched.
    public var touched: [String] = []
    /// Whether the fact was recorded.
    public var isRecorded = false
    /// How long the commands took, in microseconds.
    public var wall: Int64 = 0
  }

  /// What was asked about, where it was an artifact.
  public var artifact: ArtifactRecord?
  /// The run that was asked about, or that made the artifact; nil if none was named.
  public var asked: RunID?
  /// The runs, in the order they were made.
  public var results: [Result] = []
  /// The folders that were kept.
  public var folders: [FilePath] = []

  /// Whether what was asked about came out the same, every time.
  public var isSame: Bool {
    // What made the artifact may not be among them: it is older than what was asked for.
    guard let artifact, let path = WorkPath(text: artifact.path),
      let maker = results.last(where: { result in
        asked.map { result.plan.run.id == $0 || result.plan.within.contains($0) } ?? false
      }), let fact = maker.fact
    else { return results.allSatisfy { $0.fact?.isReplicable == true } }
    let outputs = maker.outputs.filter { output in
      guard let other = WorkPath(text: output.path) else { return false }
      return other == path || other.isBelow(path)
    }
    guard !outputs.isEmpty else { return fact.isReplicable }
    return outputs.allSatisfy { $0.verdict == .same || $0.verdict == .close }
  }
}

/// What somebody who waits for a rerun is told.
public enum RerunNews: Sendable {
  /// A virtual environment is being made, with so many packages.
  case makingEnvironment(packages: Int)
  /// A run begins to be made again, for the time of that number.
  case running(RerunPlan, time: Int, of: Int, folder: FilePath)
  /// What it stands on is another than it was.
  case changes([RunReplicated.Change], RerunPlan)
}

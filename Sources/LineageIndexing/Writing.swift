public import Journaling
public import MLTBase

/// Whether a run read a file or wrote it.
public enum FileRole: Int64, Hashable, Sendable, CaseIterable {
  /// It read the file.
  case input = 0
  /// It wrote the file.
  case output = 1
}

/// One file that a run read or wrote, with the run's times.
public struct FileUse: Hashable, Sendable {
  /// The run.
  public var run: RunID
  /// When the run started.
  public var started: Timestamp
  /// When the run ended.
  public var ended: Timestamp
  /// How the run ended.
  public var status: RunStatus
  /// What was read or written.
  public var artifact: ArtifactRecord

  /// Takes the facts.
  public init(run: RunID, started: Timestamp, ended: Timestamp, status: RunStatus, artifact: ArtifactRecord) {
    self.run = run
    self.started = started
    self.ended = ended
    self.status = status
    self.artifact = artifact
  }
}

/// An output of a run.
public typealias Writing = FileUse

/// An input of a run.
public typealias Reading = FileUse

/// One input or output of a run.
public struct RunFile: Hashable, Sendable {
  /// The run.
  public var run: RunID
  /// Whether it was read or written.
  public var role: FileRole
  /// What was read or written.
  public var artifact: ArtifactRecord
}

/// An artifact that was put under mlt's care by hand.
public struct Addition: Hashable, Sendable {
  /// When.
  public var at: Timestamp
  /// By which writer.
  public var writer: WriterID
  /// The artifact.
  public var artifact: ArtifactRecord
}

public import Journaling
public import MLTBase
public import SystemPackage

/// What `mlt run` is asked to do.
public struct RunRequest: Sendable {
  /// The command and its arguments, as bytes.
  public var arguments: [[UInt8]]
  /// The component's name; nil takes it from the command.
  public var component: String?
  /// Inputs that can't be observed: paths or URIs.
  public var inputs: [String]
  /// Outputs that can't be observed: paths or URIs.
  public var outputs: [String]
  /// Parameters to record.
  public var parameters: [String: String]
  /// Tags to record; a bare tag has an empty value.
  public var tags: [String: String]
  /// A note to record.
  public var note: String?
  /// The working directory to run it in, absolute; nil for the context's.
  public var directory: FilePath?
  /// Environment variables to set for the command.
  public var variables: [String: String] = [:]
  /// The stage of a pipeline that this is a run of.
  public var stage: RunStage?
  /// Outputs that git is to track, whose paths the lock file doesn't take.
  public var leftToGit: Set<WorkPath> = []
  /// What the run is called; nil if it has no name of its own.
  public var name: String?
  /// The experiment that it is a try of; nil leaves that to the environment and the run it is started within.
  public var experiment: String?
  /// Files whose values become parameters: as they are before the command, or if they aren't there then, after it.
  public var parameterFiles: [String] = []
  /// Files whose numbers become metrics once the command has ended.
  public var metricFiles: [String] = []
  /// Whether to follow the command's file accesses.
  public var isTraced: Bool
  /// Whether to sign the record; nil leaves it to the setting.
  public var isSigned: Bool?
  /// The file that stdin was redirected from, if it is one: opened before the command starts, and read by it.
  public var redirectedInput: FilePath?
  /// The file that stdout was redirected to, if it is one.
  public var redirectedOutput: FilePath?
  /// Whether stdin is a pipe or socket that may hold something.
  public var isPiped = false
  /// How long the command may run before it is ended, with all that it has started; nil: as long as it likes.
  public var timeout: Duration?
  /// How long it then has to end by itself before it is killed.
  public var grace = Self.standardGrace
  /// Writes to stdout, where a run that isn't repeated had written a file that stdout is redirected to.
  public var writeOutput: (@Sendable (UnsafeRawBufferPointer) throws -> Void)?

  /// Checks to make before and after it, beside those of its component.
  public var checks: [RunCheck] = []
  /// Whether a failing check only warns.
  public var checksOnlyWarn = false

  /// The time to end that a command has unless another is given.
  public static let standardGrace = Duration.seconds(10)

  /// Takes the request.
  public init(
    arguments: [[UInt8]], component: String? = nil, inputs: [String] = [], outputs: [String] = [],
    parameters: [String: String] = [:], tags: [String: String] = [:], note: String? = nil, isTraced: Bool = true,
    isSigned: Bool? = nil
  ) {
    self.arguments = arguments
    self.component = component
    self.inputs = inputs
    self.outputs = outputs
    self.parameters = parameters
    self.tags = tags
    self.note = note
    self.isTraced = isTraced
    self.isSigned = isSigned
  }

  /// The command as text; an argument that isn't UTF-8 is quoted.
  var command: [String] { arguments.map { String(validating: $0, as: UTF8.self) ?? PathText.encode($0) } }
}

/// What a run did, once it is recorded.
public struct RunReport: Hashable, Sendable {
  /// The run.
  public var run: RunID
  /// The component's name.
  public var component: String
  /// How the command ended.
  public var status: RunStatus
  /// The exit status to end with: the command's own, 128 + n for a signal, or 124 if the command took too long; 123 if
  /// it ended well and a check failed, or it read what carries a retracted label.
  public var exit: Int32
  /// How the accesses were learned.
  public var evidence: Evidence
  /// How many inputs were recorded.
  public var inputs: Int
  /// How many outputs were recorded.
  public var outputs: Int
  /// What makes the record less than the whole truth.
  public var hazards: [Hazard]
  /// From start to end of the command, in microseconds.
  public var wall: Int64
  /// Whether somebody asked for the command's end, whatever it made of that.
  public var wasInterrupted = false
  /// What came of its checks, in the order in which they were made.
  public var checks: [RunChecked] = []

  /// Whether the command was ended since it took too long.
  public var isOutOfTime: Bool { hazards.contains { $0.kind == .outOfTime } }
}

public import SystemPackage

/// How a command ended, and how it was followed.
public struct CommandResult: Hashable, Sendable {
  /// How a process ended.
  public enum Termination: Hashable, Sendable {
    /// By itself, with a status of 0 to 255.
    case exited(Int32)
    /// By a signal.
    case signaled(Int32, coreDumped: Bool)
  }

  /// How the command was followed in the end.
  public enum Observation: Hashable, Sendable {
    /// By this run's own keeper.
    case observed
    /// By the keeper of the run around this one.
    case observedByOuter
    /// Not, as asked.
    case plain
    /// Not, for the system refused with this reason.
    case refused(Errno)
  }

  /// What the command and those of its descendants that it waited for used.
  public struct Usage: Hashable, Sendable {
    /// Time on a processor in the program's code, in microseconds.
    public var user: Int64
    /// Time on a processor in the kernel, in microseconds.
    public var system: Int64
    /// The most memory that one process held, in bytes.
    public var maximumResidentSize: Int64
    /// Time on the clock, in microseconds.
    public var wall: Int64

    /// Takes the figures.
    public init(user: Int64, system: Int64, maximumResidentSize: Int64, wall: Int64) {
      self.user = user
      self.system = system
      self.maximumResidentSize = maximumResidentSize
      self.wall = wall
    }
  }

  /// How the command ended.
  public var termination: Termination
  /// The first signal asking for an end (`SIGINT`, `SIGTERM`, `SIGQUIT`, `SIGHUP`) that the front end saw meanwhile.
  public var interrupted: Int32?
  /// How the command was followed.
  public var observation: Observation
  /// What the command used.
  public var usage: Usage
  /// The number of events that couldn't be written to the spool and are missing from what was observed.
  public var droppedEvents: Int
  /// Whether descendants were still alive when the command ended.
  public var survivors: Bool

  /// Whether the command was ended because it had run for as long as it may.
  public var isOutOfTime: Bool

  /// Takes the facts.
  public init(
    termination: Termination, interrupted: Int32? = nil, observation: Observation, usage: Usage,
    droppedEvents: Int = 0, survivors: Bool = false, isOutOfTime: Bool = false
  ) {
    self.termination = termination
    self.interrupted = interrupted
    self.observation = observation
    self.usage = usage
    self.droppedEvents = droppedEvents
    self.survivors = survivors
    self.isOutOfTime = isOutOfTime
  }
}

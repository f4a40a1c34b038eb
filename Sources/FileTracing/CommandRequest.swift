// FileTracing runs a command and reports which files it and its descendants read, wrote, renamed, removed and
// executed. What belongs here: the process shape (front end, keeper, command), the seccomp filter's Swift side, the
// spool's format. What doesn't: what an access means for lineage, which paths are noise, what is stored.
//
// How capture works is told in `docs/design/capture.md`.

public import SystemPackage

/// A command to be run, and how it is to be followed.
public struct CommandRequest: Sendable {
  /// How a command is followed.
  public enum Mode: Hashable, Sendable {
    /// Its file accesses are followed, if the system lets us.
    case observe
    /// It is run and waited for, no more.
    case plain
  }

  /// The command's arguments; the first names the program, searched in the environment's `PATH` as `execvp` does.
  public var arguments: [[UInt8]]
  /// The command's environment, as `KEY=value`.
  public var environment: [[UInt8]]
  /// The working directory to start the command in; nil for this process' own.
  public var directory: FilePath?
  /// The spool file to make; it must not exist, its folder must.
  ///
  /// Gone once the command and all its descendants have ended, except where the finisher was called.
  public var spool: FilePath
  /// The name of the abstract socket where runs inside this one register; at most 100 bytes.
  public var scopeName: String
  /// The name of the socket of a run around this one, from the environment that run gave its command.
  public var outerScopeName: String?
  /// The environment variable that gets the name of the socket which runs inside this command can register with.
  ///
  /// That is ``scopeName``, or ``outerScopeName`` when the outer run observes this one too. The variable is absent from
  /// the command's environment when nobody observes it.
  public var scopeVariable: String?
  /// How the command is followed.
  public var mode: Mode
  /// The program (by absolute path) and arguments to execute, with `late` or `orphaned` added, when there is something
  /// left to record and no front end to do it; it is started in `/`, without input or output.
  public var finisher: [[UInt8]]?
  /// How long the command may run; nil: as long as it likes.
  public var timeLimit: TimeLimit?
  /// For tests: the reason with which following is refused, as a kernel or container may.
  public var refuseTracing: Errno?

  /// Takes the command and its settings.
  public init(
    arguments: [[UInt8]], environment: [[UInt8]], directory: FilePath? = nil, spool: FilePath, scopeName: String,
    outerScopeName: String? = nil, scopeVariable: String? = nil, mode: Mode = .observe, finisher: [[UInt8]]? = nil,
    timeLimit: TimeLimit? = nil, refuseTracing: Errno? = nil
  ) {
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.spool = spool
    self.scopeName = scopeName
    self.outerScopeName = outerScopeName
    self.scopeVariable = scopeVariable
    self.mode = mode
    self.finisher = finisher
    self.timeLimit = timeLimit
    self.refuseTracing = refuseTracing
  }
}

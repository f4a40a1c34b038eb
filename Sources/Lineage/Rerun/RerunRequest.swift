/// What `mlt rerun` is asked to do.
public struct RerunRequest: Sendable {
  /// What becomes of packages and interpreters that aren't those which the run stood on.
  public enum EnvironmentPolicy: Sendable {
    /// They are told.
    case warn
    /// Nothing is run.
    case strict
    /// A virtual environment is made with the packages that the run had.
    case venv
    /// Nothing is said of them.
    case ignore
  }

  /// The run to make again, or a file that it made; nil for all since ``since``.
  public var pointer: String?
  /// Whether the runs that made its inputs are made again first.
  public var isDeep = false
  /// The run or commit after which runs are made again; empty for all of them; nil for one run and what ``isDeep`` adds.
  public var since: String?
  /// The commit whose code is used in place of the recorded one's.
  public var onto: String?
  /// The folder in which scratch folders are made; nil for the one for temporary files.
  public var folder: String?
  /// Whether scratch folders stay.
  public var keepsFolders = false
  /// How often to make each run again.
  public var times = 1
  /// The largest difference of numbers that counts as the same; nil for none.
  public var tolerance: Double?
  /// How long each command may run; nil: as long as it likes.
  public var timeout: Duration?
  /// What becomes of another environment.
  public var environment = EnvironmentPolicy.warn
  /// Whether to go on where something speaks against it.
  public var isForced = false
  /// Whether to put the scratch folder in the work tree's place where the command names it.
  public var relocates = false

  /// Asks for one run.
  public init(pointer: String?) {
    self.pointer = pointer
  }
}

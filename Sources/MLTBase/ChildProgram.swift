internal import Glibc
public import SystemPackage

/// A program to start, without a shell between.
public struct ChildProgram: Sendable {
  /// Where one of a program's standard streams leads.
  public enum Stream: Sendable {
    /// To where this process's own does.
    case inherited
    /// To something that is open here.
    case descriptor(FileDescriptor)
    /// From a file.
    case reading(FilePath)
    /// Into a file, which is made for its owner alone, or emptied.
    case writing(FilePath)
  }

  /// The program's name or path, looked for as a shell does, and its arguments.
  public var arguments: [String]
  /// The program's environment, as `NAME=value`.
  public var environment: [[UInt8]]
  /// Its standard input.
  public var input = Stream.inherited
  /// Its standard output.
  public var output = Stream.inherited
  /// Its standard error.
  public var error = Stream.inherited
  /// Whether the signals by which a person ends or stops a program do so, whatever is blocked or ignored here.
  public var obeysSignals = false

  /// Takes what to start.
  public init(_ arguments: [String], environment: [[UInt8]]) {
    self.arguments = arguments
    self.environment = environment
  }

  /// Starts the program.
  ///
  /// - Returns: the process, which ``wait(for:)`` is to be called for.
  /// - Throws: ``SystemCallError`` if it can't be started.
  public func start() throws(SystemCallError) -> CInt {
    guard let program = arguments.first else { throw SystemCallError("start", nil, .noSuchFileOrDirectory) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in [(STDIN_FILENO, input), (STDOUT_FILENO, output), (STDERR_FILENO, error)] {
      switch stream {
      case .inherited: break
      case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor.rawValue, number)
      case .reading(let path):
        _ = path.withPlatformString { posix_spawn_file_actions_addopen(&actions, number, $0, O_RDONLY, 0) }
      case .writing(let path):
        _ = path.withPlatformString {
          posix_spawn_file_actions_addopen(&actions, number, $0, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
      }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    if obeysSignals {
      var signals = sigset_t()
      sigemptyset(&signals)
      posix_spawnattr_setsigmask(&attributes, &signals)
      for signal in [SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCHLD, SIGPIPE] { sigaddset(&signals, signal) }
      posix_spawnattr_setsigdefault(&attributes, &signals)
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }
    var list: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup($0.map { CChar(bitPattern: $0) } + [0]) } + [nil]
    defer { for pointer in list + variables { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawnp(&process, program, &actions, &attributes, &list, &variables)
    guard code == 0 else { throw SystemCallError("start", FilePath(program), Errno(rawValue: code)) }
    return process
  }

  /// Waits for the end of a process that ``start()`` began.
  ///
  /// - Returns: its exit status, or 128 and the number of the signal that ended it.
  /// - Throws: ``SystemCallError`` where nobody learns how a child ended, as where their ends are ignored.
  @discardableResult
  public func wait(for process: CInt) throws(SystemCallError) -> CInt {
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else {
        throw SystemCallError("wait for", FilePath(arguments.first ?? ""), Errno(rawValue: errno))
      }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}

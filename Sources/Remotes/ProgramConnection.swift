internal import Glibc
internal import MLTBase
internal import Synchronization
internal import SystemPackage

/// A remote that is reached through a program, as `ssh`, that connects its standard input and output to a server.
///
/// The program's standard error is this process's own: what it has to say or to ask reaches the person.
public final class ProgramConnection: Sendable {
  /// The remote.
  public let transport: StreamTransport
  private let socket: FileDescriptor
  private let process: Mutex<pid_t?>

  /// Starts a program and greets the server behind it.
  ///
  /// - Parameters:
  ///   - arguments: the program's name, looked for as a shell does, and its arguments; no shell reads them.
  ///   - environment: the program's environment, as `NAME=value`.
  /// - Throws: ``TransportError/notStarted(_:)``; what ``StreamTransport/init(input:output:)`` throws.
  public init(_ arguments: [String], environment: [String]) throws(TransportError) {
    let program = FilePath(arguments.first ?? "")
    var ends: [CInt] = [-1, -1]
    // A pair of sockets: writing to one nobody listens at gives an error, not a signal.
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .notStarted(SystemCallError("connect to", program, Errno(rawValue: errno)))
    }
    let own = FileDescriptor(rawValue: ends[0])
    let theirs = FileDescriptor(rawValue: ends[1])
    let process: pid_t
    do throws(TransportError) {
      process = try Self.start(arguments, environment, program, theirs)
    } catch {
      try? theirs.close()  // nothing was written
      try? own.close()
      throw error
    }
    // The program has its own: as long as this one were open, its end wouldn't be seen.
    try? theirs.close()
    do throws(TransportError) {
      transport = try StreamTransport(input: own, output: own)
    } catch {
      try? own.close()  // ends the program, if it lives
      Self.wait(process)
      throw error
    }
    socket = own
    self.process = Mutex(process)
  }

  private static func start(
    _ arguments: [String], _ environment: [String], _ program: FilePath, _ end: FileDescriptor
  ) throws(TransportError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, end.rawValue, 0)
    posix_spawn_file_actions_adddup2(&actions, end.rawValue, 1)
    var list: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for pointer in list + variables { free(pointer) } }
    var process: pid_t = 0
    let code = arguments.isEmpty ? ENOENT : posix_spawnp(&process, arguments[0], &actions, nil, &list, &variables)
    guard code == 0 else { throw .notStarted(SystemCallError("start", program, Errno(rawValue: code))) }
    return process
  }

  @discardableResult
  private static func wait(_ process: pid_t) -> CInt {
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  /// Ends the connection, and waits for the program's end; further calls do nothing.
  public func end() {
    process.withLock { process in
      guard let running = process else { return }
      process = nil
      // The program reads the end of its input; whoever still uses the transport gets an error.
      shutdown(socket.rawValue, CInt(SHUT_RDWR))
      Self.wait(running)
    }
  }

  deinit {
    end()
    try? socket.close()  // the connection has ended
  }
}

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
  private let program: ChildProgram
  private let process: Mutex<CInt?>

  /// Starts a program and greets the server behind it.
  ///
  /// - Parameters:
  ///   - arguments: the program's name, looked for as a shell does, and its arguments; no shell reads them.
  ///   - environment: the program's environment, as `NAME=value`.
  /// - Throws: ``TransportError/notStarted(_:)``; what ``StreamTransport/init(input:output:)`` throws.
  public init(_ arguments: [String], environment: [String]) throws(TransportError) {
    var program = ChildProgram(arguments, environment: environment.map { Array($0.utf8) })
    var ends: [CInt] = [-1, -1]
    // A pair of sockets: writing to one nobody listens at gives an error, not a signal.
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .notStarted(SystemCallError("connect to", FilePath(arguments.first ?? ""), Errno(rawValue: errno)))
    }
    let own = FileDescriptor(rawValue: ends[0])
    let theirs = FileDescriptor(rawValue: ends[1])
    program.input = .descriptor(theirs)
    program.output = .descriptor(theirs)
    let process: CInt
    do throws(SystemCallError) {
      process = try program.start()
    } catch {
      try? theirs.close()  // nothing was written
      try? own.close()
      throw .notStarted(error)
    }
    // The program has its own: as long as this one were open, its end wouldn't be seen.
    try? theirs.close()
    do throws(TransportError) {
      transport = try StreamTransport(input: own, output: own)
    } catch {
      try? own.close()  // ends the program, if it lives
      _ = try? program.wait(for: process)  // how it ended is no matter
      throw error
    }
    self.program = program
    socket = own
    self.process = Mutex(process)
  }

  /// Ends the connection, and waits for the program's end; further calls do nothing.
  public func end() {
    process.withLock { process in
      guard let running = process else { return }
      process = nil
      // The program reads the end of its input; whoever still uses the transport gets an error.
      shutdown(socket.rawValue, CInt(SHUT_RDWR))
      _ = try? program.wait(for: running)
    }
  }

  deinit {
    end()
    try? socket.close()  // the connection has ended
  }
}

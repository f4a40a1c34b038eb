import Glibc
import SystemPackage
import Testing

/// A program that runs beside the tests; one like `cat` lives until its input ends.
final class OtherProcess {
  private let process: pid_t
  private let connection: FileDescriptor

  /// Starts a program whose input and output come here.
  ///
  /// They are a pair of sockets, since a pipe can't be made so that no other program that is started meanwhile inherits it.
  init(_ program: String, _ arguments: String...) throws {
    var ends: [CInt] = [0, 0]
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    let strings = ([program] + arguments).map { strdup($0) }
    defer { strings.forEach { free($0) } }
    let environment = [strdup("PATH=/usr/bin:/bin")]
    defer { environment.forEach { free($0) } }
    var started = pid_t()
    let code = posix_spawn(&started, program, &actions, nil, strings + [nil], environment + [nil])
    close(ends[1])
    connection = FileDescriptor(rawValue: ends[0])
    process = started
    try #require(code == 0, "\(program) can't be started: \(code)")
  }

  /// Waits until the program copies its input to its output, as `cat` does once it runs.
  func waitUntilReady() throws {
    try connection.writeAll([0x21])
    var byte: [UInt8] = [0]
    let count = try byte.withUnsafeMutableBytes { try connection.read(into: $0) }
    try #require(count == 1, "the program ended early")
  }

  /// Ends the program's input, waits until the program has ended, and returns its exit status.
  @discardableResult
  func end() throws -> CInt {
    try #require(shutdown(connection.rawValue, CInt(SHUT_WR)) == 0 || errno == ENOTCONN)
    return try wait()
  }

  /// Kills the program and waits until it is gone.
  func kill() throws {
    try #require(Glibc.kill(process, SIGKILL) == 0)
    _ = try wait()
  }

  private func wait() throws -> CInt {
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 { try #require(errno == EINTR) }
    try connection.close()
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
  }
}

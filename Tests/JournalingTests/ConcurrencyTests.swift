import Glibc
import Journaling
import MLTBase
import SystemPackage
import TestSupport
import Testing

// One after the other: a process would hold open the pipes of another test's processes.
@Suite(.serialized) struct ConcurrencyTests {
  @Test("32 processes append at once and every event survives, in one chain")
  func manyProcesses() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let appenders = try (0..<32).map { _ in try Appender(fixture.folder, count: 25, size: 500) }
      for appender in appenders { #expect(appender.finish() == 25) }
      #expect(try fixture.journal.all(fixture.writer).events.count == 32 * 25)
      #expect(try fixture.journal.verify().isEmpty)
    }
  }

  @Test("processes that append while segments are closed lose nothing, and a reader sees each event once")
  func closing() throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let appenders = try (0..<4).map { _ in try Appender(fixture.folder, count: 20, size: 10_000) }
      var position = JournalPosition.start
      var count = 0
      var isLast = false
      while !isLast {
        isLast = appenders.allSatisfy(\.hasEnded)
        guard try !fixture.journal.writers().isEmpty else { continue }
        let read = try fixture.journal.all(fixture.writer, from: position)
        #expect(read.failures.isEmpty)
        count += read.events.count
        position = read.end
      }
      for appender in appenders { #expect(appender.finish() == 20) }
      #expect(count == 80)
      #expect(try fixture.journal.verify().isEmpty)
      #expect(try fixture.segments.count > 5)
    }
  }

  @Test("a process killed while appending loses nothing that it was told is recorded", arguments: 0..<12)
  func killed(after count: Int) throws {
    try withTemporaryFolder { folder in
      let fixture = try JournalFixture(folder)
      let appender = try Appender(fixture.folder, count: 1_000_000, size: 100_000)
      let told = appender.kill(after: count * 3)
      let journal = try fixture.reopened()
      try journal.append([note("after")], durable: true)
      let read = try journal.all(fixture.writer)
      #expect(read.failures.isEmpty)
      #expect(read.events.count >= told + 1)
      let kinds = try journal.verify().filter { if case .setAside = $0 { false } else { true } }
      #expect(kinds.isEmpty)
    }
  }
}

/// A running `journal-appender`.
private final class Appender {
  private let process: pid_t
  private let output: Int32
  private var told = 0

  init(_ folder: FilePath, count: Int, size: Int) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    let program = ProgramBesideTests.path("journal-appender").string
    let words = [program, folder.string, "\(count)", "\(size)", "\(size * 8)"]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, program, &actions, nil, arguments, environ)
    close(ends[1])
    guard code == 0 else { throw Errno(rawValue: code) }
    self.process = process
    output = ends[0]
    _ = fcntl(output, F_SETFL, O_NONBLOCK)
  }

  /// Whether the process has ended.
  var hasEnded: Bool {
    var information = siginfo_t()
    return waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0
      && information.si_signo == SIGCHLD
  }

  /// Waits until the process has ended; returns how many appends it was told are recorded.
  func finish() -> Int {
    collect(until: .max)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    close(output)
    return status == 0 ? told : -1
  }

  /// Kills the process once it was told of so many appends; returns how many it was told of.
  func kill(after count: Int) -> Int {
    collect(until: count)
    Glibc.kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    collect(until: .max)
    close(output)
    return told
  }

  private func collect(until count: Int) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while told < count {
      var request = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      poll(&request, 1, -1)
      let read = Glibc.read(output, &buffer, buffer.count)
      if read <= 0 { return }
      told += read
    }
  }
}

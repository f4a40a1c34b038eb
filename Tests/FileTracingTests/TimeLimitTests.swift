import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Commands that take longer than they may.
@Suite struct TimeLimitTests {
  private static let short = TimeLimit(.milliseconds(50), grace: .milliseconds(50))

  // A process that writes its number and its group's and hangs, whatever it is asked.
  private static let stubborn = "trap '' TERM HUP INT; echo $$ > \"$NAME\"; while :; do read x < never || true; done"

  private func prepare(_ folder: FilePath) throws {
    try makePipe(folder.appending("never"))
    try write(Self.stubborn, to: folder.appending("stubborn"))
  }

  /// Whether the process whose number stands in a file is alive.
  private func isAlive(_ file: String, in folder: FilePath) throws -> Bool {
    let text = String(decoding: try FileOperations.contents(of: folder.appending(file)) ?? [], as: UTF8.self)
    let process = try #require(Int32(text.dropLast()))
    return kill(process, 0) == 0
  }

  @Test(arguments: [CommandRequest.Mode.observe, .plain])
  func `A command that takes too long is asked to end`(_ mode: CommandRequest.Mode) throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let result = try runShell("trap 'echo 1 > asked; exit 3' TERM; while :; do read x < never; done", in: folder) {
        $0.mode = mode
        $0.timeLimit = TimeLimit(.milliseconds(50), grace: .seconds(600))
      }
      #expect(result.isOutOfTime)
      #expect(result.termination == .exited(3))
      #expect(result.interrupted == nil)
      #expect(!result.survivors)
      #expect(result.usage.wall >= 50_000)
      #expect(try FileStatus(at: folder.appending("asked")) != nil)
    }
  }

  @Test(arguments: [CommandRequest.Mode.observe, .plain])
  func `A command that doesn't want to end is killed`(_ mode: CommandRequest.Mode) throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let result = try runShell("NAME=a exec sh stubborn", in: folder) {
        $0.mode = mode
        $0.timeLimit = Self.short
      }
      #expect(result.isOutOfTime)
      #expect(result.termination == .signaled(SIGKILL, coreDumped: false))
      #expect(!result.survivors)
    }
  }

  @Test(
    arguments: [CommandRequest.Mode.observe, .plain],
    ["NAME=a sh stubborn &", "NAME=a setsid sh stubborn &", "setsid sh -c 'NAME=a setsid sh stubborn & exit' &"])
  func `What the command has started is killed with it, in a session of its own as well`(
    _ mode: CommandRequest.Mode, _ start: String
  ) throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      // The command itself ends at the first signal; the limit isn't over before the other is there.
      let result = try runShell("\(start) while ! [ -s a ]; do :; done; echo 1 > b; exec sleep 600", in: folder) {
        $0.mode = mode
        $0.timeLimit = TimeLimit(.seconds(2), grace: .milliseconds(50))
      }
      #expect(result.isOutOfTime)
      #expect(result.termination == .signaled(SIGTERM, coreDumped: false))
      #expect(!result.survivors)
      #expect(try !isAlive("a", in: folder))
    }
  }

  @Test func `What is written while the command is being ended belongs to it`() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let recorder = Recorder()
      let script = "setsid sh -c 'trap \"echo 1 > saved; exit\" TERM; echo 1 > a; while :; do read x < never; done' &"
      let result = try runShell(script + "while ! [ -s a ]; do :; done; exec sleep 600", in: folder, recorder) {
        $0.timeLimit = TimeLimit(.seconds(2), grace: .seconds(600))
      }
      #expect(result.isOutOfTime)
      #expect(!result.survivors)
      #expect(!recorder.writes(folder.appending("saved")).isEmpty)
    }
  }

  @Test func `A stopped command is ended, too`() throws {
    try withTemporaryFolder { folder in
      // A front end of its own, for it stops with the command.
      let driver = try Driver("kill -STOP $$; exec sleep 600", in: folder, options: ["--limit", "300", "600000"])
      #expect(driver.process.wait() == (128 + SIGTERM) << 8)
      #expect(driver.lines().contains("outOfTime true"))
    }
  }

  @Test func `A command that ends in time isn't touched, nor is what it leaves behind`() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      try makePipe(folder.appending("go"))
      let result = try runShell("(cat go; echo 1 > late) > /dev/null & exit 4", in: folder) {
        $0.timeLimit = TimeLimit(.milliseconds(500), grace: .zero)
      }
      #expect(!result.isOutOfTime)
      #expect(result.termination == .exited(4))
      #expect(result.survivors)
      // When the same time has passed for another command, it has for the first.
      #expect(try runShell("exec sleep 600", in: folder) { $0.timeLimit = TimeLimit(.seconds(1)) }.isOutOfTime)
      try write("", toPipe: folder.appending("go"))
      #expect(try eventually { try FileStatus(at: folder.appending("late")) != nil })
    }
  }

  @Test func `The limit holds when the front end was killed, and the spool tells it`() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      try makePipe(folder.appending("told"))
      let finisher = folder.appending("finisher")
      try FileOperations.replace(
        finisher, with: bytes("#!/bin/sh\necho \"$2\" > '\(folder.string)/told'\n"),
        permissions: FilePermissions(rawValue: 0o755))
      let driver = try Driver(
        "NAME=a exec sh stubborn", in: folder,
        options: ["--limit", "1500", "50", "--finisher", finisher.string])
      #expect(eventually { (try? FileStatus(at: folder.appending("a"))) ?? nil != nil })
      kill(driver.process.pid, SIGKILL)
      _ = driver.process.wait()
      #expect(try readPipe(folder.appending("told")) == "orphaned\n")
      let exit = try #require(try SpoolReader(driver.spool).exit)
      #expect(exit.isOutOfTime)
      #expect(exit.termination == .signaled(SIGKILL, coreDumped: false))
    }
  }

  @Test func `A limit of a run inside another ends that one alone`() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let inner =
        "'\(Driver.program)' inner inner-spool mlt-test-inner --limit 100 100 -- sh -c 'NAME=a exec sh stubborn'"
      let result = try runShell("\(inner); echo $? > status; exit 7", in: folder) {
        $0.scopeVariable = "MLT_TEST_SCOPE"
        $0.timeLimit = TimeLimit(.seconds(600))
      }
      #expect(result.termination == .exited(7))
      #expect(!result.isOutOfTime)
      let log = String(decoding: try FileOperations.contents(of: folder.appending("inner")) ?? [], as: UTF8.self)
      #expect(log.contains("observation observedByOuter\n"))
      #expect(log.contains("outOfTime true\n"))
    }
  }
}

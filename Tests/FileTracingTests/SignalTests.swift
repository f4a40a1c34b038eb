import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Signals and job control, with a front end in a process group of its own.
@Suite struct SignalTests {
  // A script that says on `ready` that it is there, and tells the signals it gets.
  private func trapping(_ signals: [String], then end: String) -> String {
    signals.map { "trap 'echo got-\($0) >> got; \(end)' \($0); " }.joined()
      + "echo > ready; while :; do read x < never || true; done"
  }

  private func prepare(_ folder: FilePath) throws {
    try makePipe(folder.appending("ready"))
    try makePipe(folder.appending("never"))
  }

  @Test(arguments: [("TERM", SIGTERM), ("INT", SIGINT), ("HUP", SIGHUP), ("USR1", SIGUSR1)])
  func `A signal sent to the front end reaches the command`(_ name: String, _ number: Int32) throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let driver = try Driver(trapping([name], then: "exit 21"), in: folder)
      _ = try readPipe(folder.appending("ready"))
      kill(driver.process.pid, number)
      #expect(driver.process.wait() == 21 << 8)
      #expect(try FileOperations.contents(of: folder.appending("got")) == bytes("got-\(name)\n"))
      #expect(driver.lines().contains("interrupted \(number)") == (number != SIGUSR1))
    }
  }

  @Test func `A signal to the whole group ends the command, and the front end tells how`() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let driver = try Driver("echo > ready; read x < never", in: folder)
      _ = try readPipe(folder.appending("ready"))
      kill(-driver.process.pid, SIGINT)
      #expect(driver.process.wait() == (128 + SIGINT) << 8)
      #expect(driver.lines().contains("signaled \(SIGINT)"))
      #expect(driver.lines().contains("interrupted \(SIGINT)"))
    }
  }

  @Test func `A signal that the command sends to its own group isn't sent to it again`() throws {
    try withTemporaryFolder { folder in
      let driver = try Driver(
        "trap 'echo got >> got' USR1; kill -USR1 0; sh -c 'echo > /dev/null'; wait; exit 2", in: folder)
      #expect(driver.process.wait() == 2 << 8)
      #expect(try FileOperations.contents(of: folder.appending("got")) == bytes("got\n"))
    }
  }

  @Test func `The front end stops and goes on with the command`() throws {
    try withTemporaryFolder { folder in
      let driver = try Driver("kill -STOP $$; echo 1 > after; exit 6", in: folder)
      #expect(driver.process.waitUntilStopped())
      #expect(try FileStatus(at: folder.appending("after")) == nil)
      kill(driver.process.pid, SIGCONT)
      #expect(driver.process.wait() == 6 << 8)
      #expect(driver.lines().contains { $0.hasPrefix("write \(folder.appending("after").string)") })
    }
  }

  @Test func `When only the command is let go on, the front end follows`() throws {
    try withTemporaryFolder { folder in
      let driver = try Driver("echo $$ > pid; kill -STOP $$; exit 6", in: folder)
      #expect(driver.process.waitUntilStopped())
      let text = String(decoding: try FileOperations.contents(of: folder.appending("pid")) ?? [], as: UTF8.self)
      kill(try #require(Int32(text.dropLast())), SIGCONT)
      #expect(driver.process.wait() == 6 << 8)
    }
  }

  @Test func `A stopped front end doesn't hold up a command that loses nothing`() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      try makePipe(folder.appending("go"))
      let driver = try Driver("echo > ready; cat go; echo 1 > out; /bin/true; echo 2 > out2; exit 8", in: folder)
      _ = try readPipe(folder.appending("ready"))
      kill(driver.process.pid, SIGSTOP)
      #expect(driver.process.waitUntilStopped())
      try write("", toPipe: folder.appending("go"))
      #expect(try eventually { try FileStatus(at: folder.appending("out2")) != nil })
      kill(driver.process.pid, SIGCONT)
      #expect(driver.process.wait() == 8 << 8)
    }
  }

  @Test func `Signals that were ignored stay ignored for the command`() throws {
    try withTemporaryFolder { folder in
      let driver = try Driver("kill -HUP $$; exit 5", in: folder, before: ["nohup"])
      #expect(driver.process.wait() == 5 << 8)
    }
  }
}

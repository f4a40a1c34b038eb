import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct TerminationTests {
  @Test(arguments: [Int32](0...255)) func `An exit status comes through`(_ status: Int32) throws {
    try withTemporaryFolder { folder in
      let result = try runProgram(["sh", "-c", "exit \(status)"], in: folder)
      #expect(result.termination == .exited(status))
    }
  }

  @Test(arguments: [SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGUSR1])
  func `A signal that ends the command is told`(_ signal: Int32) throws {
    try withTemporaryFolder { folder in
      let result = try runProgram(["sh", "-c", "kill -\(signal) $$"], in: folder)
      #expect(result.termination == .signaled(signal, coreDumped: false))
      #expect(result.interrupted == nil)
    }
  }

  @Test func `A program that isn't there is an error of its own`() throws {
    try withTemporaryFolder { folder in
      for program in ["mlt-no-such-program", "/nowhere/program"] {
        #expect(throws: TracingError.notFound(program: bytes(program))) { try runProgram([program], in: folder) }
      }
      let left = try FileOperations.names(in: folder)
      #expect(left.isEmpty)
    }
  }

  @Test func `A file that can't be executed is an error with its reason`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("plain")
      try write("text", to: path)
      #expect(throws: TracingError.notExecutable(program: path.bytes, errno: .permissionDenied)) {
        try runProgram([path.string], in: folder)
      }
      #expect(throws: TracingError.notExecutable(program: folder.bytes, errno: .permissionDenied)) {
        try runProgram([folder.string], in: folder)
      }
    }
  }

  @Test func `The program is searched in the command's own PATH`() throws {
    try withTemporaryFolder { folder in
      // A link, not a new script: one that another test's fork still holds open for writing couldn't be executed.
      #expect(symlink("/bin/false", folder.appending("tool").string) == 0)
      let result = try runProgram(["tool"], in: folder, Recorder()) {
        $0.environment = [bytes("PATH=/nowhere:" + folder.string)]
      }
      #expect(result.termination == .exited(1))
    }
  }

  @Test func `Requests that can't be passed on are refused`() throws {
    try withTemporaryFolder { folder in
      #expect(throws: TracingError.invalidRequest) { try runProgram([], in: folder) }
      #expect(throws: TracingError.invalidRequest) { try runProgram(["sh", "a\0b"], in: folder) }
      #expect(throws: TracingError.self) { try runProgram(["true"], in: folder.appending("missing")) }
    }
  }

  @Test(arguments: [Errno.notPermitted, .invalidArgument, .noFunction, .resourceBusy])
  func `Where following is refused the command runs all the same`(_ reason: Errno) throws {
    try withTemporaryFolder { folder in
      let recorder = Recorder()
      let result = try runShell("echo 1 > out; exit 4", in: folder, recorder) { $0.refuseTracing = reason }
      #expect(result.observation == .refused(reason))
      #expect(result.termination == .exited(4))
      #expect(recorder.events.isEmpty)
      #expect(try FileOperations.names(in: folder).map(\.string) == ["out"])
    }
  }

  @Test func `A plain run isn't followed`() throws {
    try withTemporaryFolder { folder in
      let result = try runShell("exit 5", in: folder) { $0.mode = .plain }
      #expect(result.observation == .plain)
      #expect(result.termination == .exited(5))
    }
  }

  @Test func `What the command used is told`() throws {
    try withTemporaryFolder { folder in
      let usage = try runShell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done", in: folder).usage
      #expect(usage.user + usage.system > 0)
      #expect(usage.wall > 0)
      #expect(usage.maximumResidentSize > 100_000)
    }
  }

  @Test func `The variable of the scope is given only when the command is observed`() throws {
    try withTemporaryFolder { folder in
      for (mode, expected) in [(CommandRequest.Mode.observe, "name"), (.plain, "none")] {
        let result = try runShell("[ \"${SCOPE-none}\" = \(expected) ]", in: folder) {
          $0.mode = mode
          $0.scopeVariable = "SCOPE"
          $0.scopeName = "name"
          $0.environment.append(bytes("SCOPE=former"))
        }
        #expect(result.termination == .exited(0))
      }
    }
  }
}

import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Descendants that outlive the command, and front ends that don't outlive it.
@Suite struct SurvivorTests {
  // A finisher that tells through the pipe `told` why and with which spool it was called.
  private func finisher(in folder: FilePath) throws -> FilePath {
    try makePipe(folder.appending("told"))
    let script = folder.appending("finisher")
    try FileOperations.replace(
      script, with: bytes("#!/bin/sh\necho \"$1 $2\" > '\(folder.string)/told'\n"),
      permissions: FilePermissions(rawValue: 0o755))
    return script
  }

  @Test(arguments: [
    "(cat go; echo late > late) >/dev/null 2>&1 & exit 0",
    "setsid sh -c '(cat go; echo late > late) >/dev/null &' & wait",
  ])
  func `A write after the command's end calls the finisher, with the write in the spool`(_ script: String) throws {
    try withTemporaryFolder { folder in
      let finisher = try finisher(in: folder)
      try makePipe(folder.appending("go"))
      var spool = FilePath()
      let result = try runShell(script, in: folder) {
        $0.finisher = [finisher.bytes, $0.spool.bytes]
        spool = $0.spool
      }
      #expect(result.survivors)
      #expect(result.termination == .exited(0))
      try write("", toPipe: folder.appending("go"))
      #expect(try readPipe(folder.appending("told")) == "\(spool.string) late\n")
      let reader = try SpoolReader(spool)
      #expect(reader.exit?.termination == .exited(0))
      #expect(reader.exit?.survivors == true)
      let write = AccessEvent.Kind.write(folder.appending("late").bytes, [.created, .truncated])
      #expect(reader.lateEvents.map(\.kind).contains(write))
      #expect(!reader.events.map(\.kind).contains(write))
      #expect(!reader.isBroken)
    }
  }

  @Test func `Descendants that write nothing late leave no spool behind`() throws {
    try withTemporaryFolder { folder in
      let finisher = try finisher(in: folder)
      try makePipe(folder.appending("go"))
      var spool = FilePath()
      let result = try runShell("cat go >/dev/null & exit 0", in: folder) {
        $0.finisher = [finisher.bytes, $0.spool.bytes]
        spool = $0.spool
      }
      #expect(result.survivors)
      try write("", toPipe: folder.appending("go"))
      #expect(try eventually { try FileStatus(at: spool) == nil })
    }
  }

  @Test func `The spool stands, held, from before the command's start until its end is said to be recorded`() throws {
    try withTemporaryFolder { folder in
      let spool = folder.appending("spool")
      let request = CommandRequest(
        arguments: ["/bin/sh", "-c", "exit 4"].map(bytes), environment: [], spool: spool, scopeName: "mlt-test-stands")
      var session = try CommandSession(request)
      #expect(try FileStatus(at: spool) != nil)
      #expect(try FileLock.ifFree(existing: spool) == nil)
      #expect(try session.run(Recorder()).termination == .exited(4))
      #expect(try SpoolReader(spool).exit?.termination == .exited(4))
      #expect(try FileLock.ifFree(existing: spool) == nil)
      session.finish()
      #expect(try FileStatus(at: spool) == nil)
    }
  }

  @Test
  func
    `A front end that is killed after the command's end, before it let the keeper go, leaves the finisher to record`()
    throws
  {
    try withTemporaryFolder { folder in
      let finisher = try finisher(in: folder)
      try makePipe(folder.appending("hold"))
      let driver = try Driver(
        "echo 1 > f; exit 5", in: folder,
        options: ["--finisher", finisher.string, "--hold-end", folder.appending("hold").string])
      #expect(eventually { driver.lines().contains { $0.hasPrefix("ended") } })
      kill(driver.process.pid, SIGKILL)
      _ = driver.process.wait()
      #expect(try readPipe(folder.appending("told")) == "\(driver.spool.string) orphaned\n")
      #expect(try SpoolReader(driver.spool).exit?.termination == .exited(5))
    }
  }

  @Test func `The user's pipes are closed when the command's own holders end`() throws {
    try withTemporaryFolder { folder in
      try makePipe(folder.appending("go"))
      try makePipe(folder.appending("out"))
      // The background process holds only `go`; the reader of `out` must see its end nevertheless.
      let driver = try Driver("exec > out; echo hi; (exec > /dev/null; cat go) & exit 0", in: folder)
      #expect(try readPipe(folder.appending("out")) == "hi\n")
      #expect(driver.process.wait() == 0)
      #expect(driver.lines().contains("survivors true"))
      try write("", toPipe: folder.appending("go"))
      #expect(try eventually { try FileStatus(at: driver.spool) == nil })
    }
  }

  @Test func `A front end that is killed doesn't harm the command, and the finisher is called`() throws {
    try withTemporaryFolder { folder in
      let finisher = try finisher(in: folder)
      try makePipe(folder.appending("go"))
      try makePipe(folder.appending("ready"))
      try write("old\n", to: folder.appending("f"))
      let driver = try Driver(
        "echo > ready; cat go; cat f > copy; echo more >> f; /bin/true && exit 9", in: folder,
        options: ["--finisher", finisher.string])
      _ = try readPipe(folder.appending("ready"))
      kill(driver.process.pid, SIGKILL)
      _ = driver.process.wait()
      try write("", toPipe: folder.appending("go"))
      #expect(try readPipe(folder.appending("told")) == "\(driver.spool.string) orphaned\n")
      let reader = try SpoolReader(driver.spool)
      #expect(reader.exit?.termination == .exited(9))
      #expect(reader.events.map(\.kind).contains(.write(folder.appending("copy").bytes, [.created, .truncated])))
      #expect(try FileOperations.contents(of: folder.appending("f")) == bytes("old\nmore\n"))
    }
  }

  @Test func `A front end that is killed while a question is open lets the command go on`() throws {
    try withTemporaryFolder { folder in
      let finisher = try finisher(in: folder)
      try write("old\n", to: folder.appending("f"))
      try makePipe(folder.appending("hold"))
      let driver = try Driver(
        "echo new >> f; exit 3", in: folder,
        options: ["--finisher", finisher.string, "--hold", folder.appending("hold").string])
      #expect(eventually { driver.lines().contains { $0.hasPrefix("barrier changing") } })
      kill(driver.process.pid, SIGKILL)
      _ = driver.process.wait()
      #expect(try readPipe(folder.appending("told")) == "\(driver.spool.string) orphaned\n")
      #expect(try SpoolReader(driver.spool).exit?.termination == .exited(3))
      #expect(try FileOperations.contents(of: folder.appending("f")) == bytes("old\nnew\n"))
    }
  }

  @Test func `While a question is open all other processes go on`() throws {
    try withTemporaryFolder { folder in
      try write("old\n", to: folder.appending("f"))
      try makePipe(folder.appending("hold"))
      try makePipe(folder.appending("go"))
      let driver = try Driver(
        "(cat go; echo new >> f) & cat f; echo > go; i=0; while [ $i -lt 200 ]; do echo $i > o$i; i=$((i+1)); done; "
          + "touch all; wait; exit 4", in: folder, options: ["--hold", folder.appending("hold").string])
      #expect(eventually { driver.lines().contains { $0.hasPrefix("barrier changing") } })
      #expect(try eventually { try FileStatus(at: folder.appending("all")) != nil })
      try write("", toPipe: folder.appending("hold"))
      #expect(driver.process.wait() == 4 << 8)
    }
  }
}

/// Writes into a named pipe once somebody reads it.
func write(_ text: String, toPipe path: FilePath) throws {
  let pipe = try FileDescriptor.open(path, .writeOnly)
  _ = try pipe.closeAfter { try pipe.writeAll(bytes(text)) }
}

import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What is left of a run whose keeper is killed while the command goes on.
@Suite struct KeeperLossTests {
  @Test func `What was seen before stays in the spool`() throws {
    try withTemporaryFolder { folder throws in
      try write("old", to: folder.appending("old"))
      let recorder = Recorder()
      // The keeper, which is the command's parent, has written down all that comes before a question.
      #expect(throws: TracingError.keeperLost) {
        try runShell("echo 1 > out; echo 2 >> old; kill -9 $PPID", in: folder, recorder)
      }
      let spool = try #require(try FileOperations.names(in: folder).first { $0.string.hasPrefix("spool-") })
      let reader = try SpoolReader(folder.appending(spool))
      let write = AccessEvent.Kind.write(folder.appending("out").bytes, [.created, .truncated])
      #expect(reader.events.map(\.kind).contains(write))
      #expect(reader.exit == nil)
      // A process that is killed lets go of one file after another.
      #expect(try eventually { try FileLock.ifFree(existing: folder.appending(spool)) != nil })
    }
  }

  @Test func `A command that couldn't be executed leaves no spool`() throws {
    try withTemporaryFolder { folder throws in
      #expect(throws: TracingError.notFound(program: bytes("/nonexistent"))) {
        try runProgram(["/nonexistent"], in: folder)
      }
      #expect(try FileOperations.names(in: folder) == [])
    }
  }

  @Test func `An inner run keeps what it was seen to do when the outer keeper goes`() throws {
    try withTemporaryFolder { folder throws in
      try write("old", to: folder.appending("old"))
      let inner =
        "'\(Driver.program)' inner.log inner.spool unused -- /bin/sh -c 'echo 1 > deep; echo 2 >> old; kill -9 $KEEPER'"
      let outer = try Driver("KEEPER=$PPID; export KEEPER\n" + inner, in: folder)
      _ = outer.process.wait()
      // The inner one's front end goes on without the outer one, and writes this at its end.
      let seen = try eventually {
        let log = try FileOperations.contents(of: folder.appending("inner.log")) ?? []
        let lines = String(decoding: log, as: UTF8.self).split(separator: "\n")
        return lines.contains { $0.hasPrefix("write \(folder.appending("deep").string)") }
      }
      #expect(seen)
    }
  }
}

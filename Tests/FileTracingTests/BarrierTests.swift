import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct BarrierTests {
  struct Change: CustomTestStringConvertible, Sendable {
    var script: String
    var kind: Barrier.Kind
    var testDescription: String { script }
  }

  @Test(arguments: [
    Change(script: "echo new >> f", kind: .changing),
    Change(script: "echo new 1<> f", kind: .changing),
    Change(script: "cat f; echo new >> f; echo newer > f", kind: .changing),
    Change(script: "cat f > g; cat g > f", kind: .truncating),
    Change(script: "truncate -s 1 f", kind: .changing),
    Change(script: "perl -e 'truncate(\"f\", 1) or die'", kind: .truncating),
    Change(script: "cat f; rm f", kind: .removing),
    Change(script: "cat f; mv f g", kind: .removing),
    Change(script: "cat f; echo 1 > g; mv g f", kind: .replacing),
    Change(script: "cat f; sed -i s/old/new/ f", kind: .replacing),
  ]) func `Content that is about to be lost is shown before`(_ change: Change) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("f")
      try write("old bytes", to: path)
      let recorder = Recorder()
      let result = try runShell(change.script, in: folder, recorder)
      #expect(result.termination == .exited(0))
      #expect(recorder.barriers.count == 1)
      let first = try #require(recorder.barriers.first)
      #expect(first.barrier.kind == change.kind)
      #expect(first.barrier.path == path.bytes)
      #expect(!first.barrier.belongsToInnerScope)
      #expect(first.content == bytes("old bytes"))
      #expect(recorder.kinds.contains(.preimage(path.bytes, ContentHasher.contentID(of: bytes("old bytes")))))
    }
  }

  @Test(arguments: [
    "echo new > f", "rm f", "mv f g", "echo 1 > g; mv g f", "echo 1 > g; cat g; echo 2 >> g; rm g",
    ": > f; cat f; echo 1 > f", "touch g; cat g; echo 1 >> g", "cat f",
  ]) func `Nothing is asked about content that was never read or is the command's own`(_ script: String) throws {
    try withTemporaryFolder { folder in
      try write("old bytes", to: folder.appending("f"))
      let recorder = Recorder()
      try runShell(script, in: folder, recorder)
      #expect(recorder.barriers.isEmpty)
    }
  }

  @Test(arguments: ["rm l", "mv l m", "echo 1 > g; mv g l"])
  func `A symbolic link that goes is shown before`(_ script: String) throws {
    try withTemporaryFolder { folder in
      try requireSuccess(symlink("target", folder.appending("l").string), "symlink")
      let recorder = Recorder()
      try runShell(script, in: folder, recorder)
      let first = try #require(recorder.barriers.first)
      #expect(first.barrier.isSymbolicLink)
      #expect(first.barrier.path == folder.appending("l").bytes)
    }
  }

  @Test(arguments: ["ln -s f l; rm l", "ln -s f l; mv l m", "ln -s f l; echo 1 > g; mv g l"])
  func `A symbolic link of the command's own is shown as well, for it led to files`(_ script: String) throws {
    try withTemporaryFolder { folder in
      let recorder = Recorder()
      try runShell(script, in: folder, recorder)
      #expect(recorder.barriers.map(\.barrier.isSymbolicLink) == [true])
      #expect(recorder.barriers.map(\.barrier.path) == [folder.appending("l").bytes])
    }
  }

  @Test func `All that came before a barrier has been told by then`() throws {
    final class Ordered: AccessObserver {
      var seen: [AccessEvent.Kind] = []
      var seenAtBarrier: [AccessEvent.Kind] = []
      func observe(_ event: AccessEvent) { seen.append(event.kind) }
      func beforeChange(_ barrier: Barrier) -> ContentID? {
        seenAtBarrier = seen
        return nil
      }
    }
    try withTemporaryFolder { folder in
      try write("old", to: folder.appending("f"))
      let observer = Ordered()
      let request = CommandRequest(
        arguments: ["/bin/sh", "-c", "cd '\(folder.string)'; echo 1 > g; echo 2 >> f; echo 3 > h"].map(bytes),
        environment: [], spool: folder.appending("spool"), scopeName: "mlt-test-order")
      var session = try CommandSession(request)
      _ = try session.run(observer)
      session.finish()
      let write = AccessEvent.Kind.write(folder.appending("g").bytes, [.created, .truncated])
      #expect(observer.seenAtBarrier.contains(write))
      #expect(observer.seenAtBarrier.last == .write(folder.appending("f").bytes, [.append]))
      #expect(!observer.seen.contains { if case .preimage = $0 { true } else { false } })
    }
  }

  @Test func `Many processes that change files at once all wait for their answers`() throws {
    try withTemporaryFolder { folder in
      for index in 0..<100 { try write("old \(index)", to: folder.appending("f\(index)")) }
      let recorder = Recorder()
      try runShell("i=0; while [ $i -lt 100 ]; do echo new >> f$i & i=$((i+1)); done; wait", in: folder, recorder)
      #expect(recorder.barriers.count == 100)
      for (barrier, content) in recorder.barriers {
        let name = String(decoding: barrier.path.dropFirst(folder.bytes.count + 2), as: UTF8.self)
        #expect(content == bytes("old \(name)"))
      }
    }
  }
}

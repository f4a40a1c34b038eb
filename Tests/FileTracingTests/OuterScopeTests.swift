import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Runs inside runs: one keeper, each event in the run it belongs to.
@Suite struct OuterScopeTests {
  // The command line of an inner run of a script.
  private func inner(_ script: String, _ name: String, in folder: FilePath) -> String {
    let place = folder.appending(name).string
    return "'\(Driver.program)' '\(place).log' '\(place).spool' unused-\(name) -- /bin/sh -c '\(script)'"
  }

  private func lines(_ name: String, in folder: FilePath) throws -> [String] {
    let log = try FileOperations.contents(of: folder.appending(name + ".log")) ?? []
    return String(decoding: log, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func touches(_ lines: [String], _ verb: String, _ path: FilePath) -> Bool {
    lines.contains { $0 == "\(verb) \(path.string)" || $0.hasPrefix("\(verb) \(path.string) ") }
  }

  @Test func `An inner run gets its own events, and the outer one the rest`() throws {
    try withTemporaryFolder { folder in
      try write("data", to: folder.appending("in"))
      let script =
        "echo 0 > before; " + inner("cat in > mid; (echo 1 > deep); exit 3", "one", in: folder)
        + "; [ $? = 3 ] || exit 9; cat mid > after"
      let outer = try Driver(script, in: folder)
      #expect(outer.process.wait() == 0)
      let innerLines = try lines("one", in: folder)
      #expect(innerLines.contains("observation observedByOuter"))
      #expect(innerLines.contains("exited 3"))
      for (name, belongsInside) in [("before", false), ("mid", true), ("deep", true), ("after", false)] {
        #expect(touches(innerLines, "write", folder.appending(name)) == belongsInside)
        #expect(touches(outer.lines(), "write", folder.appending(name)) == !belongsInside)
      }
      #expect(touches(innerLines, "read", folder.appending("in")))
      #expect(!touches(outer.lines(), "read", folder.appending("in")))
      #expect(touches(outer.lines(), "read", folder.appending("mid")))
      // What the inner run's own process does is nobody's access.
      #expect(!touches(outer.lines(), "write", folder.appending("one.log")) || innerLines.isEmpty == false)
      #expect(try FileStatus(at: folder.appending("one.spool")) == nil)
    }
  }

  @Test func `Runs inside runs inside runs, and side by side, don't mix`() throws {
    try withTemporaryFolder { folder in
      let deepest = "\"\(Driver.program)\" deepest.log deepest.spool unused-deepest -- /bin/sh -c \"echo 1 > c\""
      let script = [
        inner("echo 1 > b; " + deepest + "; echo 1 > b2", "middle", in: folder) + " &",
        inner("echo 1 > p", "left", in: folder) + " &",
        inner("echo 1 > q", "right", in: folder) + " &",
        "wait; echo 1 > a",
      ].joined(separator: "\n")
      let outer = try Driver(script, in: folder)
      #expect(outer.process.wait() == 0)
      let logs = try ["middle", "deepest", "left", "right"].reduce(into: ["outer": outer.lines()]) {
        $0[$1] = try lines($1, in: folder)
      }
      let owners = ["a": "outer", "b": "middle", "b2": "middle", "c": "deepest", "p": "left", "q": "right"]
      for (file, owner) in owners {
        for (name, log) in logs {
          #expect(touches(log, "write", folder.appending(file)) == (name == owner), "\(file) in \(name)")
        }
      }
    }
  }

  @Test func `The outer run is asked for the inner one, and both get the answer`() throws {
    try withTemporaryFolder { folder in
      try write("old", to: folder.appending("f"))
      let outer = try Driver(inner("echo new >> f", "one", in: folder), in: folder)
      #expect(outer.process.wait() == 0)
      let path = folder.appending("f").string
      #expect(outer.lines().contains("barrier changing \(path) inner"))
      let preimage = "preimage \(path) \(ContentHasher.contentID(of: bytes("old")).hex)"
      #expect(try lines("one", in: folder).contains(preimage))
      #expect(!outer.lines().contains(preimage))
    }
  }

  @Test func `A name that nobody serves leads to a run of its own`() throws {
    try withTemporaryFolder { folder in
      let recorder = Recorder()
      let result = try runShell("echo 1 > out", in: folder, recorder) { $0.outerScopeName = "mlt-test-nobody" }
      #expect(result.observation == .observed)
      #expect(recorder.writes(folder.appending("out")).count == 1)
    }
  }

  @Test func `Inside a followed run whose keeper isn't known, following is refused`() throws {
    try withTemporaryFolder { folder in
      let script = "unset MLT_TEST_SCOPE; " + inner("echo 1 > x; exit 2", "one", in: folder)
      let outer = try Driver(script, in: folder)
      #expect(outer.process.wait() == 2 << 8)
      #expect(try lines("one", in: folder).contains("observation refused(\(Errno.resourceBusy))"))
      #expect(touches(outer.lines(), "write", folder.appending("x")))
    }
  }

  @Test func `A process that isn't followed by the keeper can't register with it`() throws {
    try withTemporaryFolder { folder in
      try makePipe(folder.appending("go"))
      try makePipe(folder.appending("ready"))
      let outer = try Driver("echo \"$MLT_TEST_SCOPE\" > ready; cat go", in: folder)
      let name = try readPipe(folder.appending("ready")).dropLast()
      let result = try runShell("true", in: folder) { $0.outerScopeName = String(name) }
      #expect(result.observation == .observed)
      try write("", toPipe: folder.appending("go"))
      #expect(outer.process.wait() == 0)
    }
  }
}

import MLTBase
import SystemPackage
import TestSupport
import Testing

extension World {
  /// What `mlt run --cached` did with a command.
  struct CachedResult {
    var printed: Printed
    /// Whether the command was skipped.
    var isSkipped: Bool { printed.stderr.contains("mlt: skipped ") }
    /// The reason for which it ran.
    var reason: String {
      let line = printed.stderr.split(separator: "\n").first { $0.hasPrefix("mlt: runs ") } ?? ""
      let text = line.split(separator: ":", maxSplits: 2).last.map { $0.drop { $0 == " " } } ?? ""
      return String(text[..<(text.firstRange(of: " (compared with")?.lowerBound ?? text.endIndex)])
    }
  }

  /// Runs `mlt run --cached OPTIONS -- sh -c SCRIPT`.
  @discardableResult
  func cached(
    _ script: String, _ options: [String] = [], in place: FilePath? = nil, environment: [String: String] = [:],
    status: Int32 = 0, _ location: SourceLocation = #_sourceLocation
  ) throws -> CachedResult {
    let command = [World.program.string, "run", "--cached"] + options + ["--", "sh", "-c", script]
    let printed = try run(command, in: place, environment: environment)
    try #require(printed.status == status, "\(printed.stderr)\(printed.stdout)", sourceLocation: location)
    return CachedResult(printed: printed)
  }
}

/// `mlt run --cached` where a command needn't run, and what it leaves behind.
@Suite struct CachedRunTests {
  private static let script = "sort raw.txt > out.txt; echo ran >&2"

  @Test("a command whose inputs are unchanged is skipped, and nothing is recorded")
  func skipped() throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      let first = try world.cached(Self.script)
      #expect(first.reason == "no run of this command is known")
      let id = try world.lastRun().id
      let second = try world.cached(Self.script)
      #expect(second.isSkipped && !second.printed.stderr.contains("ran\n"), "\(second)")
      #expect(second.printed.stderr.contains("same as run \(id.prefix(10))"), "\(second)")
      #expect(second.printed.stderr.contains("1 input unchanged, 1 output there"), "\(second)")
      #expect(try world.runs().count == 1)
      #expect(try world.cached(Self.script, ["-q"]).printed.stderr == "")
    }
  }

  @Test("outputs that are gone are put back with their modes, links and folders, and the lock file with them")
  func restored() throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      // What it lists is told apart from what it makes.
      let script = """
        echo * > /dev/null; mkdir -p deep/er; sort raw.txt > deep/er/out.txt; cp raw.txt tool; chmod +x tool; ln -s raw.txt link
        mkdir many; i=0; while [ $i -lt 80 ]; do echo $i > many/$i; i=$((i+1)); done
        """
      try world.cached(script)
      let lock = try world.read("mlt.lock")
      try expectSuccess(world.shell("rm -r deep tool link many mlt.lock"))
      let again = try world.cached(script)
      #expect(again.isSkipped && again.printed.stderr.contains("4 of 4 outputs put back"), "\(again)")
      #expect(try world.read("deep/er/out.txt") == "a\nb\n" && world.read("many/79") == "79\n")
      try expectSuccess(world.shell("test -x tool && test ! -x deep/er/out.txt && test $(readlink link) = raw.txt"))
      #expect(try world.read("mlt.lock") == lock)
      try expectSuccess(world.mlt("status", "--exit-code"))
      try expectSuccess(world.shell("chmod -x tool; rm many/3"))
      #expect(try world.cached(script).isSkipped)
      try expectSuccess(world.shell("test -x tool && test -f many/3"))
    }
  }

  @Test("of several runs any counts that had these inputs, not only the latest")
  func earlier() throws {
    try withWorld { world in
      for text in ["1\n", "2\n", "3\n"] {
        try world.write("raw.txt", text)
        #expect(try !world.cached(Self.script).isSkipped)
      }
      try world.write("raw.txt", "1\n")
      #expect(try world.cached(Self.script).isSkipped)
      #expect(try world.read("out.txt") == "1\n")
      #expect(try world.read("mlt.lock")?.contains(ContentHasher.contentID(of: Array("1\n".utf8)).hex) == true)
      try expectSuccess(world.mlt("status", "--exit-code"))
    }
  }

  @Test("the setting run.cached is enough, and --no-cached goes against it")
  func setting() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n")
      try expectSuccess(world.mlt("config", "run.cached", "true"))
      try world.record(Self.script)
      let second = try world.mlt("run", "--", "sh", "-c", Self.script)
      #expect(second.stderr.hasPrefix("mlt: skipped sh: "), "\(second)")
      let third = try world.mlt("run", "--no-cached", "--", "sh", "-c", Self.script)
      #expect(third.stderr.contains("mlt: recorded sh "), "\(third)")
    }
  }

  @Test("what a command printed into a file that its output was redirected to is there again", arguments: [">", ">>"])
  func redirected(_ operation: String) throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      let line = "mlt run --cached -- sort raw.txt \(operation) sorted.txt"
      try expectSuccess(world.shell(line))
      try expectSuccess(world.shell("rm sorted.txt"))
      let again = try world.shell(line)
      #expect(
        again.stderr.contains("mlt: skipped sort: ") && again.stderr.contains("1 of 1 output put back"), "\(again)")
      #expect(try world.read("sorted.txt") == "b\na\n".split(separator: "\n").sorted().joined(separator: "\n") + "\n")
      // Another file is another command's output.
      let other = try world.shell("mlt run --cached -- sort raw.txt > other.txt")
      #expect(other.stderr.contains("'other.txt' on its standard output was no output of that run"), "\(other)")
      #expect(try world.read("other.txt") == "a\nb\n")
    }
  }

  @Test("outputs that the store lacks come from the default remote, and runs that were pulled count")
  func shared() throws {
    try withWorld(git: false, initialized: false) { world in
      try expectSuccess(
        world.shell(
          """
          set -e
          git init -q --bare -b main hub.git; git clone -q hub.git a 2>&1; cd a; git checkout -q -b main
          mlt init; mlt remote add origin ../share
          printf 'b\\na\\n' > raw.txt; git add raw.txt
          mlt run -- sh -c 'sort raw.txt > out.txt'
          git add -A; git commit -qm one; git push -q origin main; mlt push
          cd ..; git clone -q hub.git b; cd b; mlt init; mlt fetch; rm mlt.lock
          """, in: world.folder))
      let b = world.folder.appending("b")
      let result = try world.cached("sort raw.txt > out.txt", in: b)
      #expect(result.isSkipped && result.printed.stderr.contains("1 of 1 output put back"), "\(result)")
      try expectSuccess(
        world.shell("cmp out.txt ../a/out.txt && cmp mlt.lock ../a/mlt.lock && mlt status --exit-code", in: b))
      // Without the remote the command makes it again.
      try expectSuccess(world.shell("git clone -q hub.git c && cd c && mlt init && mlt fetch", in: world.folder))
      try expectSuccess(world.shell("mv share away", in: world.folder))
      let alone = try world.cached("sort raw.txt > out.txt", in: world.folder.appending("c"))
      #expect(alone.reason == "output 'out.txt' differs, and its bytes aren't to be had", "\(alone)")
      #expect(alone.printed.stderr.contains("cannot get missing bytes from remote 'origin'"), "\(alone)")
      try expectSuccess(world.shell("cmp c/out.txt a/out.txt", in: world.folder))
    }
  }

  @Test("a damaged object isn't put back: the command makes the output again")
  func damaged() throws {
    try withWorld { world in
      try world.write("raw.txt", "1\n2\n3\n")
      let script = "seq 1 100000 | cat - raw.txt > out.txt"
      try world.cached(script)
      let good = try world.read("out.txt")
      for pack in try world.dataFiles(in: "packs", suffix: "") {
        try damage(pack) { bytes in
          for place in stride(from: 64, to: bytes.count / 2, by: 7) { bytes[place] ^= 0x55 }
        }
      }
      try expectSuccess(world.shell("rm out.txt"))
      let again = try world.cached(script)
      #expect(again.reason.hasPrefix("an output can't be put back: "), "\(again)")
      #expect(try world.read("out.txt") == good)
    }
  }

  // MARK: Pipelines

  private static let pipeline = """
    set -e
    mlt run --cached -c first -- sh -c 'sort raw.txt > sorted.txt'
    mlt run --cached -c second -- sh -c 'head -n 1 sorted.txt > least.txt'

    """

  @Test("a pipeline as a plain script skips what is made; only what a change reaches runs again")
  func pipeline() throws {
    try withWorld { world in
      func steps(_ printed: Printed) -> [String] {
        printed.stderr.split(separator: "\n").filter { $0.contains("mlt: skipped") || $0.contains("mlt: recorded") }
          .map { $0.split(separator: " ")[1...2].joined(separator: " ").filter { $0 != ":" } }
      }
      try world.write("raw.txt", "b\na\n")
      try world.write("pipeline.sh", Self.pipeline)
      #expect(try steps(world.shell("sh pipeline.sh")) == ["recorded first", "recorded second"])
      #expect(try steps(world.shell("sh pipeline.sh")) == ["skipped first", "skipped second"])
      try world.write("raw.txt", "b\na\nc\n")
      // The second's input is as it was with another end.
      #expect(try steps(world.shell("sh pipeline.sh")) == ["recorded first", "recorded second"])
      try world.write("raw.txt", "c\nb\na\n")
      #expect(try steps(world.shell("sh pipeline.sh")) == ["recorded first", "skipped second"])
      try expectSuccess(world.shell("rm sorted.txt least.txt"))
      #expect(try steps(world.shell("sh pipeline.sh")) == ["skipped first", "skipped second"])
      #expect(try world.read("least.txt") == "a\n")
    }
  }

  @Test("a run of the whole script takes nothing that was put back for its own, and is never skipped itself")
  func nested() throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      try world.write("pipeline.sh", Self.pipeline + "cat least.txt > report.txt\n")
      try expectSuccess(world.mlt("run", "--cached", "-c", "all", "--", "sh", "pipeline.sh"))
      for _ in 0..<2 {
        try expectSuccess(world.shell("rm sorted.txt least.txt report.txt"))
        let printed = try world.mlt("run", "--cached", "-c", "all", "--", "sh", "pipeline.sh")
        try expectSuccess(printed)
        #expect(printed.stderr.contains("mlt: runs all: it starts 'mlt' itself"), "\(printed)")
        #expect(printed.stderr.contains("mlt: skipped first") && printed.stderr.contains("mlt: skipped second"))
        #expect(!printed.stderr.contains("warning"), "\(printed)")
        let run = try world.lastRun()
        #expect(run.inputPaths == ["least.txt", "pipeline.sh"])
        #expect(run.outputPaths == ["report.txt"])
        #expect(run.hazards.isEmpty)
      }
      let traced = try #require(try world.json("trace", "report.txt")["runs"]?.array)
      #expect(traced.compactMap { $0["component"]?.string } == ["all", "second", "first"])
    }
  }

  @Test("of the same command started several times at once one runs, and the others wait for what it makes")
  func atOnce() throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      // It goes on once all have started; who waits says so.
      let script = "echo x >> count; sort raw.txt > out.txt; while [ ! -e go ]; do sleep 0.02; done"
      let command = [World.program.string, "run", "--cached", "--", "sh", "-c", script]
      let running = try (0..<4).map { _ in try world.start(command) }
      try world.await("three wait") {
        let waiting = try running.filter {
          try String(decoding: FileOperations.contents(of: $0.stderr) ?? [], as: UTF8.self).contains("mlt: waits for")
        }
        return waiting.count == 3
      }
      try world.write("go", "")
      let printed = try running.map { try $0.wait() }
      for one in printed { try expectSuccess(one) }
      #expect(try world.read("count") == "x\n")
      #expect(printed.filter { $0.stderr.contains("mlt: recorded sh") }.count == 1)
      #expect(printed.filter { $0.stderr.contains("mlt: skipped sh") }.count == 3, "\(printed)")
    }
  }
}

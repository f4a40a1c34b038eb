import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Damaged files in `.mlt`: told, never taken for good ones.
@Suite struct DamageTests {
  /// A repository whose one pack holds a text of several chunks, a small text and a folder, gone from the work tree.
  private func makeStored(_ world: World) throws -> (pack: FilePath, texts: [String: String]) {
    var texts: [String: String] = ["small.txt": "a small text\n", "folder/a": "in a folder\n", "folder/b": "too\n"]
    texts["large.txt"] = (0..<120_000).map { "line \($0)\n" }.joined()
    for (path, text) in texts { try world.write(path, text) }
    try expectSuccess(world.mlt("add", "large.txt", "small.txt", "folder"))
    try world.shell("rm -r large.txt small.txt folder")
    let packs = try world.dataFiles(in: "packs", suffix: ".pack")
    return (try #require(packs.first), texts)
  }

  private func check(_ world: World, _ texts: [String: String], expectingDamage: Bool) throws {
    var failures = 0
    for (path, text) in texts.sorted(by: { $0.key < $1.key }) {
      let printed = try world.mlt("cat", path)
      if printed.status == 0 {
        #expect(printed.stdout == text, "\(path) came out wrong")
      } else {
        failures += 1
        #expect(printed.status == 6, "\(path): \(printed.stderr)")
        #expect(text.hasPrefix(printed.stdout), "\(path) came out wrong")
        #expect(printed.stderr.hasPrefix("error: ") && printed.stderr.contains(".mlt/packs/"), "\(printed.stderr)")
      }
      let restored = try world.mlt("checkout", path)
      let standing = try world.read(path)
      if restored.status == 0 {
        #expect(standing == text, "\(path) was restored wrong")
      } else {
        #expect(restored.status == 6, "\(path): \(restored.stderr)")
        #expect(standing == nil, "\(path) was restored though it is damaged")
      }
      try world.shell("rm -rf large.txt small.txt folder")
    }
    if expectingDamage { #expect(failures > 0) }
    // History needs no bytes, and recording goes on beside the damage.
    try expectSuccess(world.mlt("log"))
    try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo new > new.txt"))
    #expect(try world.mlt("cat", "new.txt").stdout == "new\n")
    let left = try world.shell("find . -name '*.tmp*' -o -name '.mlt-*'").stdout
    #expect(left == "")
  }

  @Test("a changed byte of a pack never comes out", arguments: [0, 7, 16, 64, 1000, 40_000, -1, -9, -40, -100, -200])
  func flipped(_ position: Int) throws {
    try withWorld { world in
      let (pack, texts) = try makeStored(world)
      try damage(pack) { bytes in bytes[position < 0 ? bytes.count + position : position] ^= 0x10 }
      try check(world, texts, expectingDamage: false)
    }
  }

  @Test("changed bytes of every object in a pack are told", arguments: [1, 2, 3] as [UInt64])
  func flippedAll(seed: UInt64) throws {
    try withWorld { world in
      let (pack, texts) = try makeStored(world)
      var generator = SeededGenerator(seed: seed)
      try damage(pack) { bytes in
        // Behind the header and before the trailer, in every stretch of 16 bytes.
        for start in stride(from: 64, to: bytes.count - 64, by: 16) {
          bytes[start + Int.random(in: 0..<16, using: &generator)] ^=
            UInt8(1) << Int.random(in: 0..<8, using: &generator)
        }
      }
      try check(world, texts, expectingDamage: true)
    }
  }

  @Test("a truncated pack is told", arguments: [0, 1, 30, 100, 5000, -1, -8, -33, -64, -300])
  func truncated(_ length: Int) throws {
    try withWorld { world in
      let (pack, texts) = try makeStored(world)
      try damage(pack) { bytes in bytes = Array(bytes.prefix(length < 0 ? bytes.count + length : length)) }
      try check(world, texts, expectingDamage: true)
    }
  }

  @Test("a pack that is gone leaves its contents absent, not wrong")
  func missing() throws {
    try withWorld { world in
      let (pack, _) = try makeStored(world)
      try FileOperations.remove(pack)
      for path in ["large.txt", "small.txt", "folder/a"] {
        let printed = try world.mlt("cat", path)
        #expect(printed.status == 3, "\(printed)")
        #expect(printed.stdout == "")
        #expect(try world.mlt("checkout", path).status == 3)
        #expect(try world.read(path) == nil)
      }
      #expect(try world.mlt("status").status == 0)
    }
  }

  @Test("a file that is still there is stored again after its pack was lost")
  func healed() throws {
    try withWorld { world in
      try world.write("f", "precious\n")
      try expectSuccess(world.mlt("add", "f"))
      try world.shell("rm .mlt/packs/*")
      try expectSuccess(world.mlt("add", "f"))
      try world.shell("rm f")
      try expectSuccess(world.mlt("checkout", "f"))
      #expect(try world.read("f") == "precious\n")
    }
  }

  // MARK: Journal

  @Test(
    "a torn journal tail is set aside by the next writer, who says so; nothing whole is lost",
    arguments: [1, 20, 200, -1])
  func tornTail(_ kept: Int) throws {
    try withWorld { world in
      for number in 1...3 { try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo \(number) > \(number).txt")) }
      let journal = try #require(try world.dataFiles(in: "journal", suffix: ".jsonl").first)
      let before = try world.runs()
      let questions = [["log"], ["trace", "2.txt"], ["show", "3.txt"]]
      func answers() throws -> [String] {
        try questions.map { try world.run([World.program.string] + $0 + ["--json"]).stdout }
      }
      let answersBefore = try answers()
      // The beginning of an event, as a crash in the middle of a write leaves it.
      try damage(journal) { bytes in
        let last = bytes.dropLast().split(separator: UInt8(ascii: "\n")).last.map(Array.init) ?? []
        bytes += kept < 0 ? last.dropLast(-kept) : last.prefix(kept)
      }
      #expect(try answers() == answersBefore)
      let printed = try world.mlt("run", "--", "sh", "-c", "echo 4 > 4.txt")
      try expectSuccess(printed)
      #expect(printed.stderr.contains("warning: set aside "), "\(printed.stderr)")
      let after = try world.runs()
      #expect(Array(after.dropFirst()) == before)
      let quiet = try world.mlt("run", "--", "true")
      #expect(!quiet.stderr.contains("set aside"))
      #expect(try world.dataFiles(in: "journal", suffix: "torn-1").count == 1)
      try world.shell("rm .mlt/index.sqlite*")
      #expect(try world.runs().count == 5)
    }
  }

  @Test("a last event that was cut short is the only one that is missing")
  func cutTail() throws {
    try withWorld { world in
      for number in 1...3 { try expectSuccess(world.mlt("run", "--", "sh", "-c", "echo \(number) > \(number).txt")) }
      let before = try world.runs()
      let journal = try #require(try world.dataFiles(in: "journal", suffix: ".jsonl").first)
      try damage(journal) { bytes in bytes.removeLast(10) }
      let printed = try world.mlt("run", "--", "sh", "-c", "echo 4 > 4.txt")
      try expectSuccess(printed)
      #expect(printed.stderr.contains("set aside"))
      let after = try world.runs()
      #expect(after.count == 4)
      #expect(after.dropFirst().map { $0["id"] } == before.map { $0["id"] })
      #expect(after[1]["status"] == "running")
      #expect(after[2] == before[1] && after[3] == before[2])
    }
  }

  // MARK: Index

  @Test(
    "a damaged index is rebuilt, which is said once, and answers the same",
    arguments: ["garbage", "header", "pages", "empty", "short", "wal"])
  func index(_ kind: String) throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      try expectSuccess(world.mlt("add", "raw.txt"))
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "sort raw.txt > sorted.txt"))
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "head -n 1 sorted.txt > first.txt"))
      let questions = [
        ["log"], ["trace", "first.txt"], ["trace", "raw.txt", "--down"], ["show", "sorted.txt"], ["status"],
        ["component"],
      ]
      let before = try questions.map { try world.run([World.program.string] + $0 + ["--json"]).stdout }
      let index = world.dataFolder.appending("index.sqlite")
      // Closes what SQLite may have left beside the file, so that the damage is all there is.
      try world.shell("rm -f .mlt/index.sqlite-*")
      try damage(index) { bytes in
        switch kind {
        case "garbage": bytes = Array("this is no database".utf8)
        case "header": for position in 0..<100 { bytes[position] ^= 0xA5 }
        case "pages": for position in stride(from: 100, to: bytes.count, by: 3) { bytes[position] ^= 0x5A }
        case "empty": bytes = []
        case "short": bytes = Array(bytes.prefix(bytes.count / 2 + 7))
        default: break
        }
      }
      if kind == "wal" { try world.write(".mlt/index.sqlite-wal", String(repeating: "no log", count: 2000)) }
      let first = try world.mlt("log")
      #expect(first.status == 0, "\(first.stderr)")
      if kind != "wal" { #expect(first.stderr.contains("has been rebuilt"), "\(first.stderr)") }
      #expect(try world.mlt("log").stderr == "")
      let after = try questions.map { try world.run([World.program.string] + $0 + ["--json"]).stdout }
      #expect(after == before)
    }
  }

  // MARK: Lock file, settings

  @Test(
    "a lock file that can't be understood stops what needs it, and is not changed",
    arguments: [
      ("<<<<<<< HEAD\n", 4, "has a merge conflict at line 1"),
      ("# mlt.lock 1\n=======\n", 4, "has a merge conflict at line 2"),
      ("file xyz 1 a\n", 6, "cannot understand line 1 of"), ("", 6, "cannot understand line 1 of"),
      ("# mlt.lock 2\n", 1, "is no lock file that this mlt can read"),
      ("# mlt.lock 1\nfile \(zeros) 1 ../up\n", 6, "cannot understand line 2 of"),
      ("# mlt.lock 1\nfile \(zeros) 1 b\nfile \(zeros) 1 a\n", 6, "line 3 of"),
    ])
  func lock(_ text: String, _ status: Int32, _ words: String) throws {
    try withWorld { world in
      try world.write("f", "1\n")
      try world.write("mlt.lock", text)
      for arguments in [["status"], ["add", "f"], ["checkout"], ["run", "--", "sh", "-c", "echo > made"]] {
        let printed = try world.run([World.program.string] + arguments)
        #expect(printed.status == (arguments[0] == "run" ? 125 : status), "\(arguments): \(printed)")
        #expect(printed.stderr.contains(words) && printed.stderr.contains("mlt.lock"), "\(printed.stderr)")
        #expect(printed.stderr.contains("\nhint: "), "\(printed.stderr)")
      }
      #expect(try world.read("mlt.lock") == text)
      #expect(try world.read("made") == nil, "a command whose outputs couldn't be tracked isn't started")
    }
  }

  private static let zeros = String(repeating: "0", count: 64)

  @Test("a run whose outputs can't be put into the lock file is recorded, and says so")
  func lockLost() throws {
    try withWorld { world in
      let printed = try world.mlt("run", "--", "sh", "-c", "echo 1 > made; echo '<<<<<<< HEAD' > mlt.lock")
      #expect(printed.status == 125)
      #expect(printed.stderr.contains("is recorded, but mlt.lock doesn't track its outputs"), "\(printed.stderr)")
      let run = try #require(try world.runs().first)
      #expect(run["status"] == "finished")
      #expect(try world.mlt("cat", "made@\(try #require(run["id"]?.string))").stdout == "1\n")
    }
  }
}

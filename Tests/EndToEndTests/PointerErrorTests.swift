import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Names that lead nowhere, or to several things.
@Suite struct PointerErrorTests {
  private static let questions = [["show"], ["trace"], ["trace", "--down"], ["cat"], ["checkout"], ["env"]]

  @Test("an unknown id, and a path never recorded, are not found", arguments: questions)
  func unknown(_ question: [String]) throws {
    try withWorld { world in
      try world.write("table.csv", "1\n")
      try expectSuccess(world.mlt("add", "table.csv"))
      for pointer in ["deadbeef", "0123456789abcdef0123456789abcdef", "no/such.file", "zz", ".", "a@deadbeef"] {
        if question == ["checkout"], pointer == "." { continue }
        let printed = try world.run([World.program.string] + question + [pointer])
        let isFolder = pointer == "." && printed.status == 0
        #expect(printed.status == 3 || isFolder || pointer == ".", "\(question) \(pointer): \(printed)")
        if pointer != "." {
          #expect(printed.stdout == "")
          #expect(printed.stderr.contains("error: '\(pointer)'"), "\(printed)")
          #expect(printed.stderr.contains("\nhint: "))
        }
      }
    }
  }

  @Test("a mistyped path gets the one that was meant", arguments: questions.dropLast())
  func didYouMean(_ question: [String]) throws {
    try withWorld { world in
      try world.write("data/table.csv", "1\n")
      try expectSuccess(world.mlt("add", "data/table.csv"))
      let printed = try world.run([World.program.string] + question + ["data/tabel.csv"])
      #expect(printed.status == 3)
      #expect(printed.stderr.contains("hint: did you mean 'data/table.csv'?"), "\(printed.stderr)")
    }
  }

  @Test("a mistyped command gets the one that was meant")
  func command() throws {
    try withWorld { world in
      let printed = try world.mlt("staus")
      #expect(printed.status == 2)
      #expect(printed.stderr == "error: 'staus' is not an mlt command\nhint: did you mean 'status' or 'stage'?\n")
    }
  }

  @Test(
    "an id that two contents begin with is ambiguous, and one digit more is not", arguments: ["show", "trace", "cat"])
  func ambiguousContent(_ question: String) throws {
    // The SHA-256 of these two texts have their first five digits in common, and not the sixth.
    try withWorld { world in
      try world.write("a.txt", "409\n")
      try world.write("b.txt", "1020\n")
      try expectSuccess(world.mlt("add", "a.txt", "b.txt"))
      let ids = try ["a.txt", "b.txt"].map { try #require(try world.json("show", $0)["artifact"]?["id"]?.string) }
      #expect(ids[0].prefix(5) == ids[1].prefix(5))
      for length in [4, 5] {
        let printed = try world.mlt(question, String(ids[0].prefix(length)))
        #expect(printed.status == 4)
        #expect(printed.stdout == "")
        for id in ids { #expect(printed.stderr.contains(id.prefix(16)), "\(printed.stderr)") }
        #expect(printed.stderr.contains("a.txt") && printed.stderr.contains("b.txt"))
      }
      for (id, text) in zip(ids, ["409\n", "1020\n"]) {
        let printed = try world.mlt(question, String(id.prefix(6)))
        #expect(printed.status == 0, "\(printed.stderr)")
        if question == "cat" { #expect(printed.stdout == text) }
      }
      #expect(try world.mlt(question, String(ids[0].prefix(3))).status == 3)
    }
  }

  @Test(
    "without a .mlt, commands say so and what to do",
    arguments: [
      ["status"], ["log"], ["show", "x"], ["trace", "x"], ["cat", "x"], ["checkout"], ["add", "x"],
      ["run", "--", "true"],
      ["component"], ["env", "x"],
    ])
  func notInitialized(_ arguments: [String]) throws {
    try withWorld(initialized: false) { world in
      let printed = try world.run([World.program.string] + arguments)
      #expect(printed.status == (arguments[0] == "run" ? 125 : 3))
      #expect(printed.stdout == "")
      #expect(printed.stderr.contains("there is no .mlt for"))
      #expect(printed.stderr.contains("hint: run 'mlt init' first"))
      #expect(try FileStatus(at: world.dataFolder) == nil)
    }
  }

  @Test(
    "a .mlt of a newer format is left alone",
    arguments: [["status"], ["run", "--", "touch", "made"], ["add", "f"], ["init"]])
  func newerFormat(_ arguments: [String]) throws {
    try withWorld { world in
      try world.write("f", "1\n")
      try FileOperations.replace(world.dataFolder.appending("format"), with: Array("2\n".utf8))
      let before = try world.recordedBytes()
      let printed = try world.run([World.program.string] + arguments)
      #expect(printed.status == (arguments[0] == "run" ? 125 : 1))
      #expect(printed.stderr.contains("newer"))
      #expect(printed.stderr.contains("hint: a newer mlt wrote it; upgrade mlt"))
      #expect(try world.recordedBytes() == before)
      #expect(try world.read("made") == nil)
    }
  }

  @Test("a .mlt whose format can't be read is damaged", arguments: ["", "one\n", "0\n", "99999999999999999999\n", "1"])
  func brokenFormat(_ text: String) throws {
    try withWorld { world in
      try FileOperations.replace(world.dataFolder.appending("format"), with: Array(text.utf8))
      let printed = try world.mlt("status")
      #expect(printed.status == 6, "\(printed)")
      #expect(printed.stderr.contains("format"))
    }
  }
}

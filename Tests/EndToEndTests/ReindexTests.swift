import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Making the index anew.
@Suite struct ReindexTests {
  @Test("every question is answered as before", arguments: ["as it is", "missing", "garbage", "while others ask"])
  func same(_ index: String) throws {
    try withWorld { world in
      try world.write("raw.txt", "b\na\n")
      try world.write("folder/x", "1\n")
      try expectSuccess(world.mlt("add", "raw.txt", "folder"))
      try expectSuccess(
        world.mlt("run", "-p", "depth=5", "--tag", "nightly", "--", "sh", "-c", "sort raw.txt > sorted.txt"))
      #expect(try world.mlt("run", "--", "sh", "-c", "cat sorted.txt > first.txt; exit 3").status == 3)
      try expectSuccess(world.shell("mlt mv sorted.txt moved.txt && mlt rm -r folder"))
      try world.write("raw.txt", "c\n")
      let questions = [
        ["log"], ["trace", "moved.txt"], ["trace", "raw.txt", "--down"], ["show", "raw.txt"], ["show", "moved.txt"],
        ["status"], ["component"], ["du"], ["du", "--by", "path"],
      ]
      func answers() throws -> [String] {
        try questions.map { question in
          let printed = try world.run([World.program.string] + question + ["--json"])
          try expectSuccess(printed)
          return printed.stdout
        }
      }
      let before = try answers()
      if index == "missing" { try world.shell("rm .mlt/index.sqlite*") }
      if index == "garbage" { try world.shell("rm .mlt/index.sqlite*; echo garbage > .mlt/index.sqlite") }
      if index == "while others ask" {
        let others = try (0..<6).map { try world.start([World.program.string, $0 % 3 == 0 ? "reindex" : "log"]) }
        for other in others { try expectSuccess(other.wait()) }
      }
      let printed = try world.mlt("reindex")
      try expectSuccess(printed)
      #expect(printed.stdout == "", "\(printed)")
      #expect(try answers() == before)
      try expectSuccess(world.mlt("fsck"))
    }
  }
}

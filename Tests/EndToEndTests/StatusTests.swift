import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What `mlt status` says of tracked data.
@Suite struct StatusTests {
  private func makeData(_ world: World) throws {
    for index in 1...5 { try world.write("d/\(index)", "file \(index)\n") }
    try world.write("e/x", "1\n")
    try world.write("table", "1\n")
    try expectSuccess(world.mlt("add", "d", "e", "table"))
  }

  @Test("of a folder it is told how many files differ, and with -v which")
  func counts() throws {
    try withWorld { world in
      try makeData(world)
      try expectSuccess(world.shell("echo new > d/new; rm d/1; echo changed > d/2; chmod +x d/3"))
      let text = try world.mlt("status").stdout
      #expect(text.contains("modified:  d (1 new, 1 gone, 1 changed, 1 mode changed)\n"), "\(text)")
      #expect(!text.contains("d/1"))
      let verbose = try world.mlt("status", "-v").stdout
      #expect(
        verbose.contains(
          """
                gone          d/1    7 B
                changed       d/2    7 B → 8 B
                mode changed  d/3    now executable
                new           d/new  4 B

          """), "\(verbose)")
      let differences = try #require(try world.json("status")["differences"]?.array)
      #expect(differences.first?["files"]?.array?.count == 4)
    }
  }

  @Test("paths limit it")
  func limits() throws {
    try withWorld { world in
      try makeData(world)
      try expectSuccess(world.shell("echo changed > d/2; echo 2 > table"))
      func changed(_ paths: String...) throws -> [String] {
        let printed = try world.run([World.program.string, "status", "--json"] + paths)
        try expectSuccess(printed)
        let differences = try JSON(parsing: printed.stdout)["differences"]?.array ?? []
        return differences.compactMap { $0["path"]?.string }
      }
      #expect(try changed() == ["d", "table"])
      #expect(try changed("d") == ["d"])
      #expect(try changed("d/2") == ["d"])
      #expect(try changed("d/3") == [])
      #expect(try changed("e", "table") == ["table"])
      #expect(try changed(".") == ["d", "table"])
      #expect(try world.mlt("status", "--exit-code", "e").status == 0)
      #expect(try world.mlt("status", "--exit-code", "e", "d").status == 1)
      let unknown = try world.mlt("status", "tabel")
      #expect(unknown.status == 3)
      #expect(unknown.stderr.contains("did you mean 'table'?"))
    }
  }

  @Test("an output out of date makes it exit with 1 when asked for a status")
  func stale() throws {
    try withWorld { world in
      try world.write("raw", "1\n")
      try expectSuccess(world.mlt("add", "raw"))
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "cp raw out"))
      #expect(try world.mlt("status", "--exit-code").status == 0)
      try world.write("raw", "2\n")
      try expectSuccess(world.mlt("add", "raw"))
      #expect(try world.mlt("status").status == 0)
      #expect(try world.mlt("status", "--exit-code").status == 1)
      #expect(try world.mlt("status", "--exit-code", "out").status == 1)
      #expect(try world.mlt("status", "--exit-code", "raw").status == 0)
    }
  }
}

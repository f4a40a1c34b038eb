import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt export`.
@Suite struct ExportTests {
  private static let forms = ["openlineage", "prov", "ro-crate", "in-toto"]

  @Test("neither credentials nor the machine's paths are told, and the same facts make the same bytes")
  func discretion() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      for form in Self.forms {
        let told = try world.export(form, "--all")
        for secret in world.unspeakable { #expect(!told.contains(secret), "\(secret) in \(told)") }
        #expect(told.contains("outside/"))
        #expect(told.contains("x.csv?versionId=7"))
        #expect(try world.export(form, "--all") == told)
        let open = try world.export(form, "--all", "--absolute-paths")
        #expect(open.contains(world.folder.string + "/out"))
        #expect(!open.contains("hunter2pass") && !open.contains("sesame1234"))
      }
    }
  }

  @Test("of a run that run is told, with --deep those behind it, of a file all that it came from")
  func selection() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      func components(_ arguments: String...) throws -> [String] {
        let printed = try world.run([World.program.string, "export", "openlineage"] + arguments)
        try expectSuccess(printed)
        return try printed.stdout.split(separator: "\n").map { try JSON(parsing: String($0)) }
          .filter { $0["eventType"] == "START" }.compactMap { $0["job"]?["name"]?.string }
      }
      #expect(try components("models") == ["clean", "train"])
      #expect(try components("data/clean.csv", "models/parts/a") == ["clean", "train"])
      let train = try world.run(ofComponent: "train")
      #expect(try components(train) == ["train"])
      #expect(try components(train, "--deep") == ["clean", "train"])
      #expect(try components("--all").count == 10)
      #expect(try components("--all", "--since", "2099-01-01").isEmpty)
      #expect(try components("models", "--since", "2099-01-01").isEmpty)
    }
  }

  @Test("events carry the project's name: the option's, the setting's, or the git remote's")
  func namespace() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      func namespace(_ arguments: String...) throws -> String? {
        let printed = try world.run([World.program.string, "export", "openlineage", "data/clean.csv"] + arguments)
        let first = try #require(printed.stdout.split(separator: "\n").first)
        return try JSON(parsing: String(first))["job"]?["namespace"]?.string
      }
      #expect(try namespace() == "mlt://git.example.invalid/team/fruit")
      try expectSuccess(world.mlt("config", "--shared", "export.namespace", "fruit"))
      #expect(try namespace() == "fruit")
      #expect(try namespace("--namespace", "x") == "x")
      try expectSuccess(world.mlt("config", "--shared", "--unset", "export.namespace"))
      try expectSuccess(world.shell("git remote remove origin"))
      #expect(try namespace() == "mlt://repository")
    }
  }

  @Test("columns are those of a table's first line")
  func columns() throws {
    try withWorld { world in
      try world.write("table.csv", "\u{FEFF}id,\"the, \"\"name\"\"\",x\r\n1,2,3\n")
      try expectSuccess(world.mlt("run", "--", "sh", "-c", "cat table.csv > copy.csv; printf 'a\\001b\\n' > odd.csv"))
      let events = try world.export("openlineage", "--columns", "copy.csv").split(separator: "\n")
      let outputs = try #require(try JSON(parsing: String(events[1]))["outputs"]?.array)
      let fields = outputs.first { $0["name"] == "copy.csv" }?["facets"]?["schema"]?["fields"]?.array
      #expect(fields?.compactMap { $0["name"]?.string } == ["id", "the, \"name\"", "x"])
      #expect(outputs.first { $0["name"] == "odd.csv" }?["facets"]?["schema"] == nil)
    }
  }

  @Test("what can't be exported is an error with a hint, and nothing is written")
  func refusals() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      let before = try world.shell("git status --porcelain; ls -aR data").stdout
      let failed = try world.run(ofComponent: "failing")
      let cases: [([String], Int32, String)] = [
        (["prov", "data/raw.csv"], 3, "no recorded run made 'data/raw.csv'"),
        (["prov", "nothing"], 3, "'nothing' names"), (["prov"], 2, "name runs or files"),
        (["prov", "--all", "models"], 2, "can't be given together"),
        (["in-toto", failed], 1, "nothing to attest"),
        (["in-toto", "--sign", "models"], 2, "no key"), (["ro-crate", "models", "--with-data"], 2, "-o FOLDER"),
        (["ro-crate", "models", "-o", "data"], 4, "exists already"),
        (["ro-crate", "models", "-o", "clean.sh"], 4, "exists already"),
        (["openlineage", "models", "-o", "no/folder"], 3, "no/folder"),
      ]
      for (arguments, status, message) in cases {
        let printed = try world.run([World.program.string, "export"] + arguments)
        #expect(printed.status == status, "\(arguments) \(printed)")
        #expect(printed.stdout == "")
        #expect(printed.stderr.contains(message), "\(arguments) \(printed.stderr)")
      }
      #expect(try world.shell("git status --porcelain; ls -aR data").stdout == before)
    }
  }

  @Test("a file is replaced when all is written, and stays if it can't be")
  func file() throws {
    try withWorld { world in
      try world.makeVariedHistory()
      try world.write("out.json", "old")
      let failed = try world.run(ofComponent: "failing")
      #expect(try world.mlt("export", "in-toto", failed, "-o", "out.json").status == 1)
      #expect(try world.read("out.json") == "old")
      #expect(try world.export("prov", "models", "-o", "out.json") == "")
      #expect(try world.read("out.json") == world.export("prov", "models", "-o", "-"))
      #expect(try world.export("prov", "models", "-o", "/dev/stdout") == world.export("prov", "models"))
      #expect(try world.shell("ls -a | grep mlt-tmp").stdout == "")
    }
  }

  @Test("a crate holds the bytes that can be had, and never a file of credentials")
  func crate() throws {
    try withWorld { world in
      try world.write(".env", "API_TOKEN=sesame1234\n")
      try world.write("in.txt", "input of the run\n")
      try expectSuccess(
        world.shell(
          "git add in.txt && git commit -qm in && mlt run -- sh -c 'cat in.txt .env > out.txt; cat .env >/dev/null'"))
      let printed = try world.mlt("export", "ro-crate", "out.txt", "--with-data", "-o", "crate")
      try expectSuccess(printed)
      #expect(printed.stderr.contains("  .env\n"), "\(printed.stderr)")
      let files = try world.shell("cd crate && find . -type f | sed 's,/[0-9a-f]*/,/ID/,' | sort").stdout
      #expect(files == "./contents/ID/in.txt\n./contents/ID/out.txt\n./ro-crate-metadata.json\n")
      #expect(try world.shell("cat crate/contents/*/out.txt").stdout == world.read("out.txt"))
      let gone = try world.shell(
        "rm -rf .mlt/packs/* crate && : > in.txt; rm out.txt; mlt export ro-crate $(mlt log --oneline | cut -c1-10) --with-data -o crate"
      )
      try expectSuccess(gone)
      #expect(gone.stderr.contains("  out.txt\n"), "\(gone.stderr)")
      // What git has is still to be had.
      #expect(try world.shell("cat crate/contents/*/in.txt").stdout == "input of the run\n")
    }
  }

  @Test("what others made up leads nowhere: paths out of the crate, circles of runs, runs that never ended")
  func hostile() throws {
    try withWorld { world in
      try world.write("x", "something that is stored\n")
      try expectSuccess(world.mlt("add", "x"))
      let content = ContentHasher.contentID(of: Array("something that is stored\n".utf8)).hex
      var journal = HandmadeJournal(writer: String(repeating: "d", count: 32))
      let ids = ["a", "b", "c"].map { String(repeating: $0, count: 32) }
      for (place, id) in ids.enumerated() {
        journal.add(
          "run.started",
          [
            "run": .string(id), "component": "made\nup", "command": [], "directory": ".", "host": "h", "user": "<",
            "parent": .string(ids[(place + 1) % 3]),
          ], at: "2026-01-01T00:00:0\(place).000000Z")
      }
      let paths = [
        "../../../evil", "/../evil", "..", "a//b/./c", "\"\\000\"", "x/" + String(repeating: "y", count: 300),
      ]
      journal.add(
        "run.ended",
        [
          "run": .string(ids[0]), "status": "finished", "exit": 0, "evidence": "observed", "inputs": [],
          "outputs": .array(
            paths.filter { $0 != "\"\\000\"" && $0.count < 300 }.map {
              ["path": .string($0), "kind": "file", "id": .string(content), "size": 25, "evidence": "observed"]
            }), "environment": [:],
        ], at: "2026-01-01T00:00:09.000000Z")
      try journal.put(into: world.repository.appending(".mlt"), world)
      for form in Self.forms { try expectSuccess(world.mlt("export", form, "--all")) }
      let before = try world.shell("find .. -name '*evil*'").stdout
      try expectSuccess(world.mlt("export", "ro-crate", "--all", "--with-data", "-o", "crate"))
      #expect(before == "")
      let found = try world.shell("find .. -name '*evil*' | grep -v crate/contents/").stdout
      #expect(found == "")
    }
  }

  @Test("the bytes of a tree come with a crate; a tree with a file of credentials doesn't")
  func trees() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          mkdir -p open closed && echo 1 > open/a && echo 2 > closed/a && echo 3 > closed/id_rsa && mlt add open closed &&
          mlt run -i open -i closed -o out -- sh -c 'cat open/a closed/a > out'
          """))
      let printed = try world.mlt("export", "ro-crate", "out", "--with-data", "-o", "crate")
      try expectSuccess(printed)
      // Once with its folder, and once as the run read it.
      #expect(try world.shell("cat crate/contents/*/open/a").stdout == "1\n1\n")
      #expect(printed.stderr.contains("  closed\n"), "\(printed.stderr)")
      #expect(try world.shell("find crate -name 'id_rsa'").stdout == "")
    }
  }
}

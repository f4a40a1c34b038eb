import MLTBase
import SystemPackage
import TestSupport
import Testing

/// `mlt stage`.
@Suite struct StageCommandTests {
  @Test("stages are listed in the order in which they run, and drawn as text, for Graphviz and for Mermaid")
  func listed() throws {
    try withWorld { world in
      try world.makePipeline()
      #expect(try expectedOutput(world.mlt("stage", "list")) == "clean  makes clean.txt\ncount  makes count.txt\n")
      let listed = try world.json("stage", "list", "count.txt")["stages"]?.array
      #expect(listed?.count == 1 && listed?.first?["params"]?.array?.first?["file"] == "params.yaml")
      #expect(listed?.first?["dependsOn"]?.array?.first?["name"] == "clean")
      let long = try expectedOutput(world.mlt("stage", "list", "-v", "count"))
      for line in ["  cmd     sh count.sh", "  deps    clean.txt", "          count.sh", "  params  params.yaml: rows"]
      {
        #expect(long.contains(line + "\n"), "\(long)")
      }
      #expect(try expectedOutput(world.mlt("stage", "graph")) == "clean\n└─ count\n")
      #expect(
        try expectedOutput(world.mlt("stage", "graph", "--dot"))
          == "digraph pipeline {\n  \"clean\";\n  \"count\";\n  \"clean\" -> \"count\";\n}\n")
      #expect(
        try expectedOutput(world.mlt("stage", "graph", "--mermaid"))
          == "flowchart TD\n  n1[\"clean\"]\n  n2[\"count\"]\n  n1 --> n2\n")
    }
  }

  @Test("a stage that two ways lead to is drawn below both, what follows from it once")
  func diamond() throws {
    try withWorld { world in
      try world.write(
        "mlt.yaml",
        """
        stages:
          a: {cmd: x, outs: [a]}
          b: {cmd: x, deps: [a], outs: [b]}
          c: {cmd: x, deps: [a], outs: [c]}
          d: {cmd: x, deps: [b, c], outs: [d]}
          e: {cmd: x, deps: [d], outs: [e]}

        """)
      #expect(
        try expectedOutput(world.mlt("stage", "graph"))
          == "a\n├─ b\n│  └─ d\n│     └─ e\n└─ c\n   └─ d (above)\n")
    }
  }

  @Test("a stage is added with the options of DVC, and can be run")
  func added() throws {
    try withWorld { world in
      try world.write("in.txt", "1\n")
      try world.write("params.yaml", "n: 1\n")
      try expectSuccess(
        world.mlt(
          "stage", "add", "-n", "copy", "-d", "in.txt", "-p", "n", "-o", "out.txt", "-M", "m.json", "--desc",
          "it: copies",
          "--", "sh", "-c", "cp in.txt out.txt; echo '{}' > m.json"))
      #expect(try world.repro().lines == ["copy: ran"])
      #expect(try expectedOutput(world.mlt("stage")) == "copy  it: copies\n")
      let again = try world.mlt("stage", "add", "-n", "copy", "--", "true")
      #expect(again.status == 4 && again.stderr.contains("hint: add --force to replace it"), "\(again)")
      try expectSuccess(world.mlt("stage", "add", "-n", "copy", "--force", "-o", "o", "--", "echo 1 > o"))
      #expect(try world.read("mlt.yaml") == "stages:\n  copy:\n    cmd: echo 1 > o\n    outs:\n      - o\n")
    }
  }

  @Test("what would make the pipeline wrong is refused, and nothing is written")
  func refused() throws {
    try withWorld { world in
      try world.makePipeline()
      let before = try world.read("mlt.yaml")
      for arguments in [
        ["-n", "x", "-o", "clean.txt", "--", "true"], ["-n", "x", "-d", "count.txt", "-o", "raw.txt", "--", "true"],
        ["-n", "a@b", "--", "true"], ["-n", "x", "-o", "../x", "--", "true"],
      ] {
        let printed = try world.run([World.program.string, "stage", "add"] + arguments)
        #expect(printed.status == 1 && printed.stderr.hasPrefix("error: 'mlt.yaml'"), "\(printed)")
      }
      #expect(try world.mlt("stage", "add", "-n", "x").status == 2)
      #expect(try world.mlt("stage", "add", "--", "true").status == 2)
      #expect(try world.read("mlt.yaml") == before)
    }
  }

  @Test("a stage from a run has all that the run read and wrote, and runs as it did")
  func fromRun() throws {
    try withWorld { world in
      try world.write("sub/lib.sh", "prefix='<'\n")
      try world.write(
        "sub/step.sh", ". ./lib.sh; sed \"s/^/$prefix/\" ../raw.txt > out.txt; echo '{\"n\":1}' > m.json\n")
      try world.write("raw.txt", "1\n")
      try world.write("sub/m.json", "{}\n")
      try expectSuccess(world.shell("git add sub && git commit -q -m code"))
      let sub = world.repository.appending("sub")
      try expectSuccess(world.mlt("run", "--", "sh", "step.sh", in: sub))
      let declared = try expectedOutput(world.mlt("stage", "add", "--from-run", "sub/out.txt"))
      #expect(
        try world.read("mlt.yaml") == """
          stages:
            step:
              cmd: sh step.sh
              wdir: sub
              deps:
                - ../raw.txt
                - lib.sh
                - step.sh
              outs:
                - out.txt
              metrics:
                - m.json:
                    cache: false

          """, "\(declared)")
      #expect(try world.repro("--strict").lines == ["step: ran"])
      #expect(try world.repro().lines == ["step: up to date"])
    }
  }

  @Test("where a folder has only a dvc.yaml, that is what is changed")
  func dvc() throws {
    try withWorld { world in
      try world.write("dvc.yaml", "# DVC's\nstages:\n  a:\n    cmd: echo 1 > a\n    outs: [a]\n")
      try expectSuccess(world.mlt("stage", "add", "-n", "b", "-d", "a", "-o", "b", "--", "cp a b"))
      #expect(try world.read("mlt.yaml") == nil)
      #expect(try world.repro().lines == ["a: ran", "b: ran"])
    }
  }

  @Test("stages that are added at once are all there, and a link to the file stays one")
  func together() throws {
    try withWorld { world in
      try world.write("real.yaml", "stages:\n  z: {cmd: x}\n")
      try expectSuccess(world.shell("ln -s real.yaml mlt.yaml"))
      let adding = try (0..<6).map { number in
        try world.start([World.program.string, "stage", "add", "-n", "s\(number)", "-o", "o\(number)", "--", "true"])
      }
      for process in adding { try expectSuccess(process.wait()) }
      let listed = try expectedOutput(world.mlt("stage", "list"))
      #expect(listed.split(separator: "\n").count == 7, "\(listed)")
      try expectSuccess(world.shell("test -L mlt.yaml"))
    }
  }
}

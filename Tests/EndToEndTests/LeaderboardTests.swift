import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Tries listed, compared and drawn.
@Suite struct LeaderboardTests {
  /// Records three tries with a curve each.
  private func withTries(_ body: (World) throws -> Void) throws {
    try withWorld { world in
      for number in 1...3 {
        try world.write("data.csv", "\(number)\n")
        try expectSuccess(
          world.mlt(
            "run", "-q", "-c", "train", "--name", "try-\(number)", "--experiment", "wine", "--", "sh", "-c",
            """
            cat data.csv > model.txt; mlt param depth=\(number * 4) seed=1
            printf '%s\\n' 'f1=0.\(number) loss=\(9 - number) step=0' 'f1=0.\(number + 3) loss=\(5 - number) step=1' | mlt metric -
            """))
      }
      try expectSuccess(world.mlt("run", "-q", "-c", "report", "--", "true"))
      try body(world)
    }
  }

  private func names(_ world: World, _ arguments: String...) throws -> [String] {
    let printed = try world.run([World.program.string, "runs", "--json"] + arguments)
    let runs = try JSON(parsing: printed.stdout)["runs"]?.array ?? []
    return runs.compactMap { $0["name"]?.string ?? $0["component"]?.string }
  }

  @Test("runs are sorted and chosen by what they logged")
  func listing() throws {
    try withTries { world in
      #expect(try names(world) == ["report", "try-3", "try-2", "try-1"])
      #expect(try names(world, "--sort", "metrics.f1:desc") == ["try-3", "try-2", "try-1", "report"])
      #expect(try names(world, "--sort", "params.depth") == ["try-1", "try-2", "try-3", "report"])
      #expect(try names(world, "--filter", "metrics.f1 > 0.45 and params.depth != '12'") == ["try-2"])
      #expect(try names(world, "--filter", "run_name LIKE 'try%'", "-n", "1") == ["try-3"])
      #expect(try names(world, "-c", "report") == ["report"])
      #expect(try names(world, "--experiment", "wine") == ["try-3", "try-2", "try-1"])
      let table = try world.mlt("runs", "--experiment", "wine", "--sort", "metrics.f1").stdout
      let rows = table.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
      // The seed is the same in all of them.
      #expect(rows[0] == ["run", "name", "started", "status", "f1", "loss", "depth"], "\(table)")
      #expect(rows[1].suffix(4) == ["finished", "0.4", "4", "4"])
      let narrow = try world.mlt("runs", "--experiment", "wine", environment: ["COLUMNS": "60"]).stdout
      #expect(
        narrow.contains("more column") && narrow.split(separator: "\n").allSatisfy { $0.count <= 60 }, "\(narrow)")
    }
  }

  @Test("CSV holds what was logged in full, quoted where it must be")
  func csv() throws {
    try withTries { world in
      let runs = try world.json(in: nil, "runs")["runs"]?.array
      let id = try #require(runs?.first?["id"]?.string)
      try expectSuccess(world.mlt("tag", id, "why=a \"b\", c"))
      let lines = try world.mlt("runs", "--csv", "--columns", "component,tags.why,f1").stdout.split(separator: "\r\n")
      #expect(lines.first == "run,component,tags.why,metrics.f1")
      #expect(lines.dropFirst().first == "\(id),report,\"a \"\"b\"\", c\",")
      #expect(lines.count == 5)
    }
  }

  @Test("what can't be read of a filter is shown with its place, and unknown names with similar ones")
  func problems() throws {
    try withTries { world in
      let filter = try world.mlt("runs", "--filter", "metrics.f1 > 'a'")
      #expect(filter.status == 2)
      #expect(filter.stderr.contains("\n  metrics.f1 > 'a'\n               ^\n"), "\(filter.stderr)")
      let experiment = try world.mlt("runs", "--experiment", "wnie")
      #expect(experiment.status == 3 && experiment.stderr.contains("did you mean 'wine'?"))
      let column = try world.mlt("runs", "--columns", "depht")
      #expect(column.status == 3 && column.stderr.contains("did you mean 'depth'?"))
      #expect(try world.mlt("runs", "--sort", "f1").status == 2)
      let metric = try world.mlt("plot", "los")
      #expect(metric.status == 3 && metric.stderr.contains("did you mean 'loss'?"), "\(metric.stderr)")
    }
  }

  @Test("runs side by side differ in a few lines, with a star at the best value")
  func comparison() throws {
    try withTries { world in
      let runs = try world.json(in: nil, "runs", "--experiment", "wine")["runs"]?.array
      let ids = (runs ?? []).compactMap { $0["id"]?.string }
      try #require(ids.count == 3)
      let text = try world.mlt("compare", ids[2], ids[0]).stdout
      let rows = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
      #expect(rows.contains(["f1", "0.4", "0.6", "*"]) && rows.contains(["loss", "4", "2", "*"]), "\(text)")
      #expect(rows.contains(["depth", "4", "12"]) && !text.contains("seed"))
      let turned = try world.mlt("compare", ids[2], ids[0], "--best", "loss:desc", "--all").stdout
      #expect(turned.contains("4 *") && turned.contains("seed"), "\(turned)")
      let json = try world.json(in: nil, "compare", ids[2], "model.txt")
      #expect(json["format"]?.int == 1 && json["runs"]?.array?.count == 2)
      #expect(try world.mlt("compare", ids[0]).status == 2)
      #expect(try world.mlt("compare", ids[0], "models:/none/1").status == 3)
    }
  }

  @Test("curves are drawn in the terminal and in files that need nothing else")
  func plots() throws {
    try withTries { world in
      let one = try world.mlt("plot", "loss")
      #expect(one.status == 0 && one.stdout.hasPrefix("loss\n") && one.stdout.contains("try-3"), "\(one)")
      let plain = try world.mlt("plot", "f1", "--experiment", "wine", environment: ["LC_ALL": "C", "COLUMNS": "50"])
      #expect(plain.stdout.utf8.allSatisfy { $0 < 0x80 } && plain.stdout.contains("x "), "\(plain.stdout)")
      #expect(plain.stdout.split(separator: "\n").allSatisfy { $0.count <= 50 })
      try expectSuccess(world.mlt("plot", "f1", "loss", "--svg", "a.svg", "--html", "a.html"))
      for name in ["a.svg", "a-2.svg", "a.html"] {
        let text = String(
          decoding: try FileOperations.contents(of: world.repository.appending(name)) ?? [], as: UTF8.self)
        #expect(text.contains("<svg ") && !text.contains("<script"), "\(name)")
      }
      let scatter = try world.mlt("plot", "--scatter", "params.depth", "metrics.f1")
      #expect(scatter.status == 0 && scatter.stdout.contains("●"), "\(scatter)")
    }
  }
}

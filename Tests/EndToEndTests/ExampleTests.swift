import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// The examples, run as the README says.
@Suite struct ExampleTests {
  private static let project = World.project

  private static let python = getenv("MLT_TEST_PYTHON").map { String(cString: $0) } ?? ""

  /// Whether there is a Python with scikit-learn, which `Tests/run` sets up.
  private static let hasPython =
    (try? withTemporaryFolder { folder in
      let world = try World(in: folder, git: false, initialized: false)
      return try !python.isEmpty && world.run([python, "-c", "import sklearn"]).status == 0
    }) ?? false

  @Test(
    "the wine model is traced through five component runs to the raw table, and a changed script is noticed",
    .enabled(if: hasPython, "needs a Python with scikit-learn, as Tests/run sets one up"))
  func wine() throws {
    try withWorld(git: false, initialized: false) { world in
      let scratch = world.folder.appending("wine")
      let printed = try world.run(
        [Self.project.appending("examples/wine/run").string, scratch.string],
        environment: ["MLT": World.program.string, "COLUMNS": ""])
      try expectSuccess(printed)
      let trace = try world.json(in: scratch, "trace", "models/wine.pkl")
      let runs = try #require(trace["runs"]?.array)
      #expect(Set(runs.compactMap { $0["component"]?.string }) == ["clean", "features", "split", "train", "evaluate"])
      let inputs = runs.flatMap { $0["inputs"]?.array ?? [] }
      #expect(inputs.allSatisfy { $0["evidence"] == "observed" })
      let raw = inputs.first { $0["path"] == "data/raw/wine.csv" }
      #expect(raw?["origin"]?["kind"] == "added")
      #expect(printed.stdout.contains("because train.py has changed since"))
      #expect(try world.json(in: scratch, "log")["runs"]?.array?.count == 7)
      #expect(try world.json(in: scratch, "status")["clean"] == true)
      let packages = try world.mlt("env", "models/candidate.pkl", in: scratch)
      #expect(packages.stdout.contains("scikit-learn=="))
      #expect(packages.stdout.contains("numpy=="))
    }
  }

  @Test(
    "the wine pipeline as a whole: made, found unchanged, and after two edits made again from the training on",
    .enabled(if: hasPython, "needs a Python with scikit-learn, as Tests/run sets one up"),
    arguments: ["--script", "--mlt", "--dvc"])
  func pipeline(_ way: String) throws {
    try withWorld(git: false, initialized: false) { world in
      let scratch = world.folder.appending("wine")
      let printed = try world.run(
        [Self.project.appending("examples/wine/run").string, way, scratch.string],
        environment: ["MLT": World.program.string, "PYTHON": Self.python, "COLUMNS": ""])
      try expectSuccess(printed)
      let ran = try #require(try world.json(in: scratch, "log")["runs"]?.array).compactMap { $0["component"]?.string }
      #expect(ran == ["evaluate", "train", "evaluate", "train", "split", "features", "clean"])
      #expect(printed.stdout.contains("accuracy 0.9318"))
      // With the Python that the stages were run by.
      let path = FilePath(Self.python).removingLastComponent().string + ":" + (world.environment["PATH"] ?? "")
      let status = try world.mlt("status", "--exit-code", in: scratch, environment: ["PATH": path])
      #expect(status.status == 0, "\(status)")
    }
  }

  @Test(
    "six tries for better wine: the best is on top, and has a document that says what a reviewer asks for",
    .enabled(if: hasPython, "needs a Python with scikit-learn, as Tests/run sets one up"))
  func search() throws {
    try withWorld(git: false, initialized: false) { world in
      let scratch = world.folder.appending("wine")
      let printed = try world.run(
        [Self.project.appending("examples/wine/run").string, "--search", scratch.string],
        environment: ["MLT": World.program.string, "PYTHON": Self.python, "COLUMNS": ""])
      try expectSuccess(printed)
      try expectSession(printed, in: "examples/wine/README.md", "examples/wine/run --search")
      let runs = try #require(
        try world.json(
          in: scratch, "runs", "--experiment", "search", "--component", "evaluate", "--sort", "metrics.accuracy:desc")[
            "runs"]?.array)
      let accuracies = runs.compactMap { $0["metrics"]?["accuracy"]?.double }
      #expect(accuracies.count == 6 && accuracies == accuracies.sorted(by: >), "\(accuracies)")
      let card = try #require(try FileOperations.contents(of: scratch.appending("card.md")))
      let text = String(decoding: card, as: UTF8.self)
      for word in ["accuracy", "scikit-learn", "data/raw/wine.csv", "train.py", "depth"] {
        #expect(text.contains(word), "\(word)")
      }
      let model = try world.json(in: scratch, "model", "show", "wine/1")
      #expect(model["version"]?["run"]?.string == runs.first?["id"]?.string, "\(model)")
    }
  }

  @Test(
    "a model that retrains itself is promoted only when it is better, and what was live on any day is known",
    .enabled(if: hasPython, "needs a Python with scikit-learn, as Tests/run sets one up"))
  func forestFire() throws {
    try withWorld(git: false, initialized: false) { world in
      let scratch = world.folder.appending("fire")
      let printed = try world.run(
        [Self.project.appending("examples/forest-fire/run").string, scratch.string],
        environment: ["MLT": World.program.string, "PYTHON": Self.python, "COLUMNS": ""])
      try expectSuccess(printed)
      let june = try world.mlt("model", "history", "fire", "--at", "2031-06-15", in: scratch).stdout
      #expect(june.contains("data/reports/2031-05.csv") && !june.contains("data/reports/2031-07.csv"), "\(june)")
      let history = try world.mlt("model", "history", "fire", in: scratch).stdout
      #expect(history.contains("rollback") || history.contains("back"), "\(history)")
      #expect(printed.stdout.contains("Seia reports twice what burns"), "\(printed.stdout)")
      try expectSession(printed, in: "examples/forest-fire/README.md", "examples/forest-fire/run")
    }
  }

  /// Expects that a README shows the commands which its example shows, and of what they print all lines without numbers: those
  /// with ids, times and sizes may be others each time.
  private func expectSession(_ printed: Printed, in readme: String, _ command: String) throws {
    let bytes = try #require(try FileOperations.contents(of: Self.project.pushing(FilePath(readme))))
    let text = String(decoding: bytes, as: UTF8.self)
    let start = try #require(text.firstRange(of: "session: begin (the output of `\(command)`) -->"))
    let end = try #require(text[start.upperBound...].firstRange(of: "<!-- session: end"))
    let shown = lines(String(text[start.upperBound..<end.lowerBound]))
    let now = lines(printed.stdout) + lines(printed.stderr)
    #expect(commands(shown) == commands(now))
    let known = Set(now)
    // The first command prints the folder's name, and people are called otherwise in tests.
    let steady = shown.filter { line in
      !line.hasPrefix("Initialized ") && !line.contains("@") && !line.contains { $0.isNumber }
    }
    #expect(steady.count > 20)
    let missing = steady.filter { !known.contains($0) }
    #expect(missing.isEmpty, "\(missing)")
  }

  /// The commands of a session, but for one with ids, as far as the first `@`.
  private func commands(_ lines: [String]) -> [Substring] {
    lines.filter { $0.hasPrefix("$ ") && !$0.contains("mlt compare") }.map { $0.split(separator: "@")[0] }
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("`") }
  }
}

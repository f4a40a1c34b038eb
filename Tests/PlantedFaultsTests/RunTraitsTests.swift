import Journaling
import Lineage
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

@Suite struct RunTraitsTests {
  private typealias Kind = ReviewReport.Trait.Kind

  /// One run, in few words.
  private struct Step {
    var component = "train"
    var command = ["python", "train.py"]
    var parameters: [String: String] = [:]
    var packages: [String: String] = [:]
    var host = "bench"
    var inputs: [ArtifactRecord] = []
    var outputs: [ArtifactRecord] = []
  }

  private static func content(_ text: String) -> ContentID { ContentHasher.contentID(of: Array(text.utf8)) }

  private func file(_ path: String, _ text: String, size: Int64 = 1000) -> ArtifactRecord {
    ArtifactRecord(path: path, kind: .file, content: Self.content(text), size: size, evidence: .observed)
  }

  /// Records runs, and returns what each has.
  private func traits(of steps: [Step], in root: FilePath) throws -> [[ReviewReport.Trait]] {
    let folder = root.appending(".mlt")
    try FileOperations.createFolder(folder)
    try ObjectStore.create(in: folder)
    try Journal.create(in: folder, host: "bench")
    try RepositoryFormat.write(in: folder)
    let journal = try Journal(folder: folder, host: "bench")
    var runs: [RunID] = []
    for step in steps {
      let run = RunID.random()
      runs.append(run)
      var environment = RunEnvironment()
      environment.packages = step.packages.sorted { $0.key < $1.key }.map {
        RunEnvironment.Package(system: "python", name: $0.key, version: $0.value)
      }
      try journal.append(
        [
          RunStarted(
            run: run, component: step.component, command: step.command, directory: ".", git: nil, host: step.host,
            user: "Ada", parent: nil, parameters: step.parameters, tags: [:], note: nil)
        ], durable: false)
      try journal.append(
        [
          RunEnded(
            run: run, status: .finished, exit: 0, evidence: .observed, inputs: step.inputs, outputs: step.outputs,
            environment: environment)
        ], durable: false)
    }
    let workspace = try Workspace.open(
      ProcessContext(
        directory: root, environment: ["HOME": root.string], rawEnvironment: [], executable: "/usr/bin/mlt",
        host: "bench", account: "ada"))
    let found = try workspace.traits(behind: runs)
    return try runs.map { try #require(found[$0]) }
  }

  private func values(_ kind: Kind, _ traits: [ReviewReport.Trait]) -> [String] {
    traits.filter { $0.kind == kind }.map { "\($0.name)=\($0.value)" }
  }

  @Test("parameters, packages, hosts and options of commands are had, with what is usual for the component")
  func settings() throws {
    try withTemporaryFolder { folder in
      let steps = (0..<3).map { number in
        Step(
          command: ["python", "train.py", "\(number)", number == 2 ? "--fast" : "--slow"],
          parameters: ["rate": number == 2 ? "0.5" : "0.1"], packages: ["numpy": number == 2 ? "2.0" : "1.26"],
          host: number == 2 ? "other" : "bench")
      }
      let found = try traits(of: steps, in: folder)
      #expect(values(.parameter, found[2]) == ["rate=0.5"] && values(.package, found[2]) == ["numpy=2.0"])
      #expect(values(.host, found[2]) == ["=other"] && values(.user, found[2]) == ["=Ada"])
      #expect(found[2].first { $0.kind == .parameter }?.usual == "0.1")
      #expect(found[0].first { $0.kind == .package }?.usual == "2.0")
      #expect(values(.command, found[0]) == values(.command, found[1]))
      #expect(values(.command, found[0]) != values(.command, found[2]))
    }
  }

  @Test("code is told from data by its ending, and data is had by its content and its kind of place")
  func inputs() throws {
    try withTemporaryFolder { folder in
      let found = try traits(
        of: [Step(inputs: [file("steps/train.py", "code"), file("data/2026-01-07.csv", "rows")])], in: folder)
      #expect(values(.code, found[0]) == ["steps/train.py=" + Self.content("code").hex])
      #expect(values(.input, found[0]) == ["data/2026-01-07.csv=" + Self.content("rows").hex])
      #expect(found[0].count { $0.kind == .place } == 1)
    }
  }

  @Test("what was changed outside since a run wrote it, and what is older than what was on offer, is noted")
  func outsideAndStale() throws {
    try withTemporaryFolder { folder in
      let found = try traits(
        of: [
          Step(component: "clean", outputs: [file("clean/1.csv", "one")]),
          Step(component: "clean", outputs: [file("clean/2.csv", "two")]),
          Step(inputs: [file("clean/1.csv", "one")]), Step(inputs: [file("clean/2.csv", "two")]),
          Step(inputs: [file("clean/2.csv", "edited by hand")]),
        ], in: folder)
      #expect(found[2].contains { $0.kind == .stale } && !found[3].contains { $0.kind == .stale })
      #expect(values(.outside, found[4]) == ["clean/2.csv=changed outside mlt"])
      #expect(!found[3].contains { $0.kind == .outside })
    }
  }

  @Test("an output of an unusual size stands out, unless an input of an unusual size explains it")
  func sizes() throws {
    try withTemporaryFolder { folder in
      var steps = (0..<20).map { number in
        Step(
          inputs: [file("raw/\(number).csv", "raw \(number)", size: 1000 + Int64(number))],
          outputs: [file("out/\(number).csv", "out \(number)", size: 500 + Int64(number))])
      }
      steps[7].outputs = [file("out/7.csv", "out 7", size: 5)]
      steps[12].inputs = [file("raw/12.csv", "raw 12", size: 100_000)]
      steps[12].outputs = [file("out/12.csv", "out 12", size: 50_000)]
      let found = try traits(of: steps, in: folder)
      let small = try #require(found[7].first { $0.kind == .size })
      #expect(small.name.hasPrefix("output ") && small.value == "unusually small")
      #expect(found[12].filter { $0.kind == .size }.allSatisfy { $0.name.hasPrefix("input ") })
      #expect(found[12].contains { $0.kind == .size } && !found[3].contains { $0.kind == .size })
    }
  }
}

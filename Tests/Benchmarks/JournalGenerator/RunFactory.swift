internal import Journaling
internal import MLTBase
internal import TestSupport

/// Invents runs that stand in chains: each reads what the one before it in its chain wrote.
///
/// A chain can be several runs wide: each then reads what all those of the level before it wrote, as in a ladder.
struct RunFactory {
  /// How many levels a chain has.
  let depth: Int
  /// How many runs a level has.
  let width: Int
  /// How many files a run reads and writes beside the one that links it to its chain.
  let filesPerRun: Int
  /// How many metrics a run logs, a value each.
  let metricsPerRun: Int
  private var generator: SeededGenerator
  private var number = 0
  /// What the level before wrote.
  private var links: [ArtifactRecord] = []
  /// What the level that is being made has written so far.
  private var level: [ArtifactRecord] = []

  init(depth: Int, width: Int = 1, filesPerRun: Int, metricsPerRun: Int = 0, seed: UInt64) {
    self.depth = max(depth, 1)
    self.width = max(width, 1)
    self.filesPerRun = filesPerRun
    self.metricsPerRun = metricsPerRun
    generator = SeededGenerator(seed: seed)
  }

  /// The facts of the next run: its start, what it logs if anything, and its end.
  mutating func next() -> [any Fact] {
    let run = RunID.random(using: &generator)
    let step = number / width % depth
    let chain = number / (width * depth)
    if number % width == 0 {
      links = step == 0 ? [] : level
      level = []
    }
    let started = RunStarted(
      run: run, component: "step-\(step % 20)", command: ["python", "step.py", "--number", "\(number)"],
      directory: ".",
      git: GitState(
        commit: String(repeating: "0123456789", count: 4), branch: "main", remote: nil, isDirty: number % 7 == 0),
      host: "host", user: "Somebody <somebody@example.org>",
      parameters: ["rate": "0.\(number % 10)", "seed": "\(number)"])
    let output = file("data/chain-\(chain % 1000)/step-\(step)\(width == 1 ? "" : "-\(number % width)").csv")
    var inputs = [artifact("src/step-\(step % 20).py", content: ContentHasher.contentID(of: [UInt8(step % 20)]))]
    inputs += links
    var outputs = [output]
    for index in 0..<filesPerRun { outputs.append(file("out/\(number % 5000)/part-\(index).bin")) }
    var ended = RunEnded(
      run: run, status: number % 50 == 49 ? .failed : .finished, exit: number % 50 == 49 ? 1 : 0, evidence: .observed,
      inputs: inputs, outputs: outputs, environment: environment, hazards: [],
      usage: RunUsage(wall: 1_000_000, user: 900_000, system: 10_000, memory: 100 << 20))
    let logged = metricsPerRun == 0 ? nil : RunLogged(run: run, metrics: metrics())
    ended.record = RunDigest.contentID(
      started: started.fields, logged: logged.map { [$0.fields] } ?? [], ended: ended.fields)
    level.append(output)
    number += 1
    return [started] + (logged.map { [$0] } ?? []) + [ended]
  }

  private var environment: RunEnvironment {
    var environment = RunEnvironment()
    environment.interpreters = [.init(name: "python", version: "3.11.7", path: "/usr/bin/python3.11")]
    environment.packages = [
      .init(system: "python", name: "numpy", version: "2.1.0"),
      .init(system: "python", name: "pandas", version: "2.2.2"),
    ]
    environment.machine = ["architecture": "x86_64", "os": "Linux"]
    return environment
  }

  private mutating func metrics() -> [RunLogged.Metric] {
    (0..<metricsPerRun).map { index in
      RunLogged.Metric(
        key: "metric-\(index)", value: Double(generator.next() % 1_000_000) / 1_000_000, step: 10, at: Timestamp.now())
    }
  }

  private mutating func file(_ path: String) -> ArtifactRecord {
    let words = (generator.next(), generator.next(), generator.next(), generator.next())
    return artifact(path, content: withUnsafeBytes(of: words) { ContentID(bytes: $0) })
  }

  private func artifact(_ path: String, content: ContentID?) -> ArtifactRecord {
    ArtifactRecord(path: path, kind: .file, content: content, size: 12_345, evidence: .observed, isStored: true)
  }
}

import Journaling
import MLTBase
import TestSupport

/// Invents facts of every kind, contradicting and repeating each other, and appends them through several writers.
struct RandomHistory {
  private var generator: SeededGenerator
  private var open: [(id: RunID, writer: Int)] = []
  private var all: [RunID] = []
  private let paths = [
    "a.csv", "data/a.csv", "data/b.csv", "data/deep/c.csv", "data/deep", "data", "data2/a.csv", "\"data/x\\ny\"",
    "/abs/file", "s3://bucket/key", "é.txt",
  ]

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

  private mutating func artifact() -> ArtifactRecord {
    let path = paths[below(paths.count)]
    let kind: ArtifactRecord.Kind =
      path.contains("://") ? .uri : path.contains(".") || path.contains("x") ? .file : .tree
    return ArtifactRecord(
      path: path, kind: kind, content: below(10) == 0 ? nil : content(below(12)), size: Int64(below(100)),
      count: kind == .tree ? 3 : nil, isExecutable: below(2) == 0, evidence: Evidence.allCases[below(3)],
      isStored: below(2) == 0, isInGit: below(2) == 0, isPartial: below(2) == 0,
      before: below(4) == 0 ? content(below(12)) : nil, problem: below(9) == 0 ? "unreadable" : nil)
  }

  private mutating func artifacts() -> [ArtifactRecord] { (0..<below(4)).map { _ in artifact() } }

  // Now and then somebody answers to what a fast clock has recorded, or claims so of a time far off.
  private mutating func said(_ world: World) -> Attribution {
    let leads: [Int64?] = [nil, nil, 0, 3, 100_000_000, 1 << 50]
    let follows = leads[below(leads.count)].map { Timestamp(microseconds: world.now.microseconds + $0) }
    return Attribution(user: "user \(below(3))", why: below(2) == 0 ? "why" : nil, follows: follows)
  }

  private mutating func hazards() -> [Hazard] {
    below(4) == 0 ? [Hazard(.inputChanged, path: "a.csv", detail: "detail \(below(3))")] : []
  }

  /// Appends some facts to `world`.
  mutating func grow(_ world: World, writers: Int, steps: Int) throws {
    for _ in 0..<steps {
      if below(3) > 0 { world.wait(Int64(below(3))) }
      try step(world, writers)
    }
  }

  private mutating func predictions() -> PredictionsLogged {
    let name = "log-\(below(4)).csv"
    if below(3) == 0 {
      let records = (0..<below(3)).map { _ in
        PredictionsLogged.Record(key: "k\(below(5))", outputs: ["y": "\(below(9))"])
      }
      return PredictionsLogged(name: name, rows: Int64(records.count), records: records)
    }
    return PredictionsLogged(
      name: name,
      artifact: ArtifactRecord(path: name, kind: .file, content: content(below(6)), size: 9, evidence: .declared),
      columns: PredictionsLogged.Columns(format: "json-lines", key: "k\(below(2))"), rows: Int64(below(9)),
      run: below(2) == 0 ? all.randomElement(using: &generator) : nil, said: Attribution(user: "user \(below(3))"))
  }

  private mutating func step(_ world: World, _ writers: Int) throws {
    let writer = below(writers)
    switch below(15) {
    case 0...3:
      let id = RunID.random(using: &generator)
      open.append((id, writer))
      all.append(id)
      let parent = below(3) == 0 ? all[below(all.count)] : nil
      let note = below(3) == 0 ? "note \(below(9))" : nil
      let parameters = ["rate": "\(below(5))"]
      var started = world.started(
        id, component: "step-\(below(3))", parent: parent, parameters: parameters,
        tags: below(2) == 0 ? ["tag": "\(below(3))"] : [:], note: note)
      if below(2) == 0 {
        started.stage = RunStage(
          file: "mlt.yaml", name: "s\(below(2))", definition: ["cmd": [.string("c\(below(2))")], "v": 1])
      }
      try world.append([started], writer: writer)
    case 4...7:
      guard !open.isEmpty else { return }
      let (id, starter) = open.remove(at: below(open.count))
      // Now and then a run's end comes from another writer, or comes twice.
      let ender = below(5) == 0 ? writer : starter
      if below(8) == 0 { open.append((id, writer)) }
      let status = [RunStatus.finished, .failed, .interrupted][below(3)]
      var environment = RunEnvironment()
      environment.machine = ["os": "os \(below(2))"]
      var lookups = RunLookups()
      lookups.missed = ["missed-\(below(2))"]
      let ended = RunEnded(
        run: id, status: status, exit: Int64(below(3)), evidence: .observed, inputs: artifacts(), outputs: artifacts(),
        removed: below(3) == 0 ? ["data/old-\(below(3))"] : [], environment: environment,
        lookups: below(2) == 0 ? lookups : nil, hazards: hazards(),
        usage: below(2) == 0 ? RunUsage(wall: 1, user: 2, system: 3, memory: 4) : nil, record: content(below(12)))
      try world.append([ended], writer: ender)
    case 8:
      guard let id = all.randomElement(using: &generator) else { return }
      let values = [0.5, -1, .nan, .infinity, 3]
      let metrics = (0..<below(4)).map { _ in
        RunLogged.Metric(
          key: "loss-\(below(2))", value: values[below(5)], step: Int64(below(3)),
          at: Timestamp(microseconds: Int64(below(3))))
      }
      try world.append(
        [RunLogged(run: id, parameters: ["rate": "\(below(5))"], metrics: metrics, tags: ["tag": "\(below(3))"])],
        writer: writer)
    case 9:
      guard let id = all.randomElement(using: &generator) else { return }
      try world.append(
        [
          RunAnnotated(
            run: id, note: below(3) == 0 ? "" : "later \(below(9))", tags: below(3) > 0 ? ["tag": "\(below(3))"] : [:],
            untagged: below(2) == 0 ? ["tag"] : [], hazards: hazards(), said: said(world))
        ],
        writer: writer)
    case 10:
      guard let id = all.randomElement(using: &generator) else { return }
      try world.append([below(2) == 0 ? RunDeleted(run: id) : RunRestored(run: id)] as [any Fact], writer: writer)
      let replicated = RunReplicated(
        run: id, record: nil, isReplicable: below(2) == 0, times: 1, same: Int64(below(2)), compared: 1, differing: 0,
        host: "here", user: "somebody")
      try world.append([replicated], writer: below(writers))
    case 11:
      let facts: [any Fact] = [
        ArtifactFlagged(artifact(), said: said(world)), ArtifactUnflagged(artifact(), said: said(world)),
        ReviewClosed(artifact(), said: said(world)),
        ArtifactAnnotated(
          artifact(), note: below(2) == 0 ? "" : "note \(below(9))", tags: ["tag": "\(below(3))"],
          untagged: below(2) == 0 ? ["tag"] : [], said: said(world)),
      ]
      for fact in facts.shuffled(using: &generator) { try world.append([fact], writer: below(writers)) }
    case 12: try world.append([predictions()], writer: writer)
    default:
      let component = ComponentDescribed(
        name: "step-\(below(4))", summary: below(2) == 0 ? "summary \(below(5))" : nil,
        owner: below(2) == 0 ? "owner \(below(5))" : nil, tags: below(2) == 0 ? ["t\(below(3))"] : nil,
        said: said(world))
      try world.append([component, ArtifactAdded(artifact())] as [any Fact], writer: writer)
    }
  }
}

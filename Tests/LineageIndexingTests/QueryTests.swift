import Journaling
import LineageIndexing
import MLTBase
import TestSupport
import Testing

@Suite struct QueryTests {
  @Test("questions about files are answered as by going through all runs", arguments: [1, 2, 3] as [UInt64])
  func files(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let model = try LineageModel.random(world, seed: seed, count: 120)
      let index = try world.open().index
      let ends = model.runs.compactMap(\.ended)
      for before in [nil, ends[ends.count / 2]] as [Timestamp?] {
        for limit in [nil, 1, 3] as [Int?] {
          for number in 0..<6 {
            #expect(
              try index.writers(content: content(number), before: before, limit: limit)
                == model.uses(.output, before: before, limit: limit) { $0.content == content(number) })
            #expect(
              try index.readers(content: content(number), before: before, limit: limit)
                == model.uses(.input, before: before, limit: limit) { $0.content == content(number) })
          }
          for path in LineageModel.paths + ["unknown"] {
            try compare(index, model, path, before, limit)
          }
        }
      }
    }
  }

  private func compare(
    _ index: LineageIndex, _ model: LineageModel, _ path: String, _ before: Timestamp?, _ limit: Int?
  ) throws {
    let at = { (artifact: ArtifactRecord) in artifact.path == path }
    let above = { (artifact: ArtifactRecord) in
      artifact.kind == .tree && LineageModel.isBelow(path, artifact.path)
    }
    let below = { (artifact: ArtifactRecord) in LineageModel.isBelow(artifact.path, path) }
    let both = { (artifact: ArtifactRecord) in artifact.path == path && artifact.content == content(2) }
    #expect(
      try index.writers(path: path, content: content(2), before: before, limit: limit)
        == model.uses(.output, before: before, limit: limit, where: both))
    #expect(
      try index.readers(path: path, content: content(2), before: before, limit: limit)
        == model.uses(.input, before: before, limit: limit, where: both))
    #expect(
      try index.writers(path: path, before: before, limit: limit)
        == model.uses(.output, before: before, limit: limit, where: at))
    #expect(try index.lastWriter(path: path, before: before) == model.uses(.output, before: before, where: at).first)
    #expect(
      try index.readers(path: path, before: before, limit: limit)
        == model.uses(.input, before: before, limit: limit, where: at))
    #expect(
      try index.treeWriters(ofPathsAbove: path, before: before, limit: limit)
        == model.uses(.output, before: before, limit: limit, where: above))
    #expect(
      try index.treeReaders(ofPathsAbove: path, before: before, limit: limit)
        == model.uses(.input, before: before, limit: limit, where: above))
    if limit == nil {
      let read = try index.readersBelow(path: path, before: before)
      #expect(Set(read) == Set(model.uses(.input, before: before, where: below)))
      let written = try index.outputsBelow(path: path, before: before)
      let all = model.uses(.output, before: before, where: below)
      #expect(written.map(\.artifact.path) == Set(all.map(\.artifact.path)).sorted())
      for writing in written { #expect(writing == all.first { $0.artifact.path == writing.artifact.path }) }
    }
  }

  @Test("listings hold the runs that going through all of them finds", arguments: [4, 5, 6] as [UInt64])
  func listings(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let model = try LineageModel.random(world, seed: seed, count: 120)
      let index = try world.open().index
      var generator = SeededGenerator(seed: seed)
      let outcomes: [RunQuery.Outcome?] = [nil, .failed, .succeeded, .interrupted, .running, .exit(0), .exit(2)]
      for round in 0..<400 {
        var query = RunQuery()
        func sometimes() -> Bool { Int.random(in: 0..<4, using: &generator) == 0 }
        if sometimes() { query.component = "step-1" }
        if round % 2 == 0 { query.path = (LineageModel.paths + ["."]).randomElement(using: &generator) }
        query.outcome = outcomes.randomElement(using: &generator) ?? nil
        if sometimes() { query.since = model.runs[30].started }
        if sometimes() { query.until = model.runs[90].started }
        if sometimes() { query.limit = Int.random(in: 0..<10, using: &generator) }
        if sometimes() { query.newestFirst = false }
        if sometimes() { query.parent = model.runs.randomElement(using: &generator)?.start.parent }
        if sometimes() { query.tag = "kind" }
        if query.tag != nil, sometimes() { query.tagValue = "1" }
        #expect(try index.runs(query).map(\.id) == model.runs(query), "\(query)")
      }
      let unfinished = model.runs.filter { $0.end == nil }.map(\.start.run)
      #expect(try index.unfinishedRuns().map(\.id) == unfinished)
      for run in model.runs {
        let children = model.runs.filter { $0.start.parent == run.start.run }.map(\.start.run)
        #expect(try index.children(of: run.start.run) == children)
      }
    }
  }

  @Test("prefixes of ids find what begins with them", arguments: [7] as [UInt64])
  func prefixes(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let model = try LineageModel.random(world, seed: seed, count: 100)
      try world.append([ArtifactAdded(file("added", 77))])
      let index = try world.open().index
      let runs = model.runs.map(\.start.run).sorted()
      let contents = Set(model.uses(.input) { _ in true }.compactMap(\.artifact.content))
        .union(model.uses(.output) { _ in true }.compactMap(\.artifact.content)).union([content(77)]).sorted()
      for prefix in ["", "0", "7", "f", "3a"] {
        #expect(try index.runIDs(prefix: prefix, limit: 500) == runs.filter { $0.hex.hasPrefix(prefix) })
        #expect(try index.contentIDs(prefix: prefix, limit: 500) == contents.filter { $0.hex.hasPrefix(prefix) })
      }
      #expect(try index.runIDs(prefix: "", limit: 2) == Array(runs.prefix(2)))
      for id in contents {
        for count in [4, 15, 16, 17, 40, 64] {
          #expect(try index.contentIDs(prefix: String(id.hex.prefix(count)), limit: 2) == [id])
        }
        #expect(try index.contentIDs(prefix: id.hex.prefix(20) + "zz", limit: 2).isEmpty)
      }
      for prefix in ["G", "-1", "0x", String(repeating: "0", count: 65)] {
        #expect(try index.runIDs(prefix: prefix, limit: 5).isEmpty)
        #expect(try index.contentIDs(prefix: prefix, limit: 5).isEmpty)
      }
    }
  }

  @Test("a run's record holds all that was said of it, the latest of each")
  func record() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let id = run(1)
      let at = Timestamp(microseconds: 5)
      func metric(_ value: Double, _ step: Int64) -> RunLogged.Metric {
        RunLogged.Metric(key: "loss", value: value, step: step, at: at)
      }
      try world.append([
        world.started(id, parent: run(2), parameters: ["rate": "1", "seed": "7"], tags: ["a": "1"], note: "first")
      ])
      try world.append([
        RunLogged(run: id, parameters: ["rate": "2"], metrics: [metric(0.5, 2), metric(.nan, 1), metric(0.75, 1)])
      ])
      let unfinished = try #require(try world.open().index.run(id))
      #expect(unfinished.status == .running)
      #expect(unfinished.ended == nil && unfinished.exit == nil && unfinished.evidence == nil)
      var environment = RunEnvironment()
      environment.machine = ["os": "Linux"]
      try world.append([
        RunEnded(
          run: id, status: .failed, exit: 3, evidence: .compared, inputs: [file("in", 1)], outputs: [file("out", 2)],
          removed: ["gone"], environment: environment, hazards: [Hazard(.incomplete)],
          usage: RunUsage(wall: 1, user: 2, system: 3, memory: 4), record: content(9)),
        RunAnnotated(run: id, note: "last", tags: ["b": ""], hazards: [Hazard(.inputChanged, path: "in")]),
        RunDeleted(run: id),
      ])
      let index = try world.open().index
      let record = try #require(try index.run(id))
      #expect(record.status == .failed && record.exit == 3 && record.evidence == .compared)
      #expect(record.parameters == ["rate": "1", "seed": "7"], "a parameter can't be changed once it is set")
      #expect(record.tags == ["a": "1", "b": ""])
      #expect(record.note == "last")
      #expect(record.parent == run(2))
      #expect(record.metricsLatest == ["loss": 0.5])
      #expect(record.hazards == [Hazard(.incomplete), Hazard(.inputChanged, path: "in")])
      #expect(record.removed == ["gone"])
      #expect(record.usage == RunUsage(wall: 1, user: 2, system: 3, memory: 4))
      #expect(record.record == content(9))
      #expect(record.isDeleted)
      #expect(record.git == GitState(commit: "c0ffee", branch: "main", remote: nil, isDirty: true))
      #expect(record.command == ["do", "it"])
      #expect(record.writer == (try world.journal.ownWriter()))
      #expect(record.inputCount == 1 && record.outputCount == 1)
      #expect(try index.environment(of: id)?.machine == ["os": "Linux"])
      #expect(try index.files(of: id, role: .output) == [file("out", 2)])
      #expect(try index.metrics(of: id, key: "loss").map(\.step) == [1, 1, 2])
      #expect(try index.runs(RunQuery()).isEmpty)
      #expect(try index.summaries([run(3), id]).map(\.id) == [id])
      try world.append([RunRestored(run: id)])
      try index.catchUp(world.journal)
      #expect(try index.runs(RunQuery()).map(\.id) == [id])
      #expect(try index.run(run(2)) == nil)
    }
  }

  @Test("what a run was started with holds, even if another clone's clock was late")
  func startedWith() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      let other = RunLogged(run: run(1), parameters: ["rate": "9", "depth": "5"])
      try world.append([other], writer: 1)
      world.wait()
      try world.append([world.started(run(1), parameters: ["rate": "1"])])
      #expect(try world.open().index.run(run(1))?.parameters == ["rate": "1", "depth": "5"])
    }
  }

  @Test("whoever logged to a run is known, with where that begins")
  func loggers() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      try world.append([world.started(run(1)), RunLogged(run: run(1), parameters: ["a": "1"])])
      let events = try world.append(
        [world.started(run(2)), RunLogged(run: run(1), tags: ["b": "2"]), RunLogged(run: run(1), tags: ["b": "3"])],
        writer: 1)
      let logging = try #require(try world.open().index.logging(of: run(1)))
      #expect(logging.loggers.count == 2 && logging.loggers[events[0].writer] == 2)
      #expect(try world.open().index.logging(of: run(2))?.loggers == [:])
    }
  }

  @Test("the runs of a command are found by component, command line and folder, with the parameters they began with")
  func repetitions() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      for number in 1...5 {
        try world.append([
          world.started(run(number), component: "train", parameters: ["rate": "\(number)", "seed": "7"])
        ])
      }
      try world.append([world.started(run(6), component: "other")])
      try world.append([
        RunLogged(run: run(2), parameters: ["seed": "8", "epoch": "3"], metrics: []), RunDeleted(run: run(4)),
        RunEnded(run: run(1), status: .failed, exit: 1, evidence: .observed),
      ])
      let index = try world.open().index
      func found(_ component: String, _ command: [String], _ directory: String, limit: Int = 9) throws -> [Repetition] {
        try index.repetitions(component: component, command: command, directory: directory, limit: limit)
      }
      let record = try #require(try index.run(run(1)))
      let all = try found("train", record.command, record.directory)
      #expect(all.map(\.run) == [run(5), run(3), run(2), run(1)])
      #expect(all.map(\.status) == [.running, .running, .running, .failed])
      #expect(all.last?.parameters == ["rate": "1", "seed": "7"])
      // What a run logs itself isn't what it was started with.
      #expect(all[2].parameters == ["rate": "2", "seed": "7"])
      #expect(try found("train", record.command, record.directory, limit: 2).map(\.run) == [run(5), run(3)])
      #expect(try found("train", record.command + [""], record.directory).isEmpty)
      #expect(try found("train", record.command, "elsewhere").isEmpty)
      #expect(try found("tra", record.command, record.directory).isEmpty)
    }
  }

  @Test("look-ups are as they were recorded, and none where none were")
  func lookups() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      var lookups = RunLookups()
      lookups.missed = ["a", "b/c"]
      lookups.listed = [
        RunLookups.Listing(path: ".", names: content(1), isModules: true), RunLookups.Listing(path: "b", names: nil),
      ]
      lookups.network = ["192.0.2.1:80"]
      for (number, value) in [(1, lookups), (2, RunLookups()), (3, nil)] as [(Int, RunLookups?)] {
        try world.append([world.started(run(number), component: "train")])
        try world.append([
          RunEnded(run: run(number), status: .finished, exit: 0, evidence: .observed, lookups: value)
        ])
      }
      let index = try world.open().index
      #expect(try index.lookups(of: run(1)) == lookups)
      #expect(try index.lookups(of: run(2)) == RunLookups())
      #expect(try index.lookups(of: run(3)) == nil)
    }
  }

  @Test("runs are found by the stage's definition and by its name, the latest first, deleted ones left out")
  func stages() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      func stage(_ name: String, _ command: String) -> RunStage {
        RunStage(file: "mlt.yaml", name: name, definition: ["cmd": [.string(command)], "params": [:], "v": 1])
      }
      let stages = [stage("a", "x"), stage("b", "x"), stage("a", "y"), stage("a", "x"), stage("a", "x")]
      for (number, stage) in stages.enumerated() {
        var started = world.started(run(number), component: stage.name)
        started.stage = stage
        try world.append([started])
        let status: RunStatus = number == 3 ? .failed : .finished
        try world.append([RunEnded(run: run(number), status: status, exit: 0, evidence: .observed)])
      }
      try world.append([world.started(run(9), component: "a")])
      try world.append([RunDeleted(run: run(4))])
      let index = try world.open().index
      let same = stage("a", "x").definition
      #expect(try index.stageRuns(definition: same, limit: 9).map(\.run) == [run(3), run(1), run(0)])
      #expect(try index.stageRuns(definition: same, status: .finished, limit: 1).map(\.run) == [run(1)])
      #expect(try index.stageRuns(file: "mlt.yaml", name: "a", limit: 9).map(\.run) == [run(3), run(2), run(0)])
      #expect(try index.stageRuns(file: "sub/mlt.yaml", name: "a", limit: 9).isEmpty)
      #expect(try index.stage(of: run(1)) == stage("b", "x"))
      #expect(try index.stage(of: run(9)) == nil)
    }
  }

  @Test("a run that ends twice has the files of the later end alone")
  func endedTwice() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.run(run(1), writes: [file("a", 1), file("b", 2)])
      try world.append([
        RunEnded(run: run(1), status: .finished, exit: 0, evidence: .observed, outputs: [file("c", 3)])
      ])
      let index = try world.open().index
      #expect(try index.files(of: run(1), role: .output) == [file("c", 3)])
      #expect(try index.lastWriter(path: "a") == nil)
      #expect(try index.lastWriter(path: "c")?.run == run(1))
    }
  }

  @Test("runs that wrote a path at the same time are found, the run itself left out")
  func concurrent() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.append([world.started(run(1))])
      world.wait()
      try world.run(run(2), writes: [file("a", 1)])
      try world.append([
        RunEnded(run: run(1), status: .finished, exit: 0, evidence: .observed, outputs: [file("a", 2)])
      ])
      world.wait()
      try world.run(run(3), writes: [file("a", 3)])
      let index = try world.open().index
      let first = try #require(try index.run(run(1)))
      let end = try #require(first.ended)
      #expect(
        try index.concurrentWriters(path: "a", from: first.started, to: end, excluding: run(1)).map(\.run) == [run(2)])
      let third = try #require(try index.run(run(3)))
      #expect(
        try index.concurrentWriters(path: "a", from: third.started, to: .now(), excluding: run(3)).isEmpty)
    }
  }

  @Test("components have what was last said of each of their fields, and their runs' count")
  func components() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.append([
        ComponentDescribed(name: "train", summary: "old", owner: "ann", tags: ["x"]),
        ComponentDescribed(name: "train", summary: "new", tags: []), ComponentDescribed(name: "clean"),
        ComponentDescribed(name: "idle", owner: "bob"),
      ])
      try world.run(run(1), component: "train")
      try world.run(run(2), component: "train")
      try world.append([RunDeleted(run: run(1))])
      let index = try world.open().index
      let components = try index.components()
      #expect(components.map(\.name) == ["clean", "idle", "train"])
      let train = try #require(try index.component("train"))
      #expect(train == components[2])
      #expect(train.summary == "new" && train.owner == "ann" && train.tags.isEmpty && train.runCount == 1)
      #expect(train.lastStarted == (try index.run(run(2))?.started))
      #expect(try index.component("unknown") == nil)
    }
  }

  @Test("added artifacts are found by path, by content and by both, latest first")
  func added() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.append([
        ArtifactAdded(file("a", 1)), ArtifactAdded(file("a", 2)), ArtifactAdded(file("b", 1)),
      ])
      let index = try world.open().index
      #expect(try index.added(path: "a").map(\.artifact) == [file("a", 2), file("a", 1)])
      #expect(try index.added(content: content(1)).map(\.artifact) == [file("b", 1), file("a", 1)])
      #expect(try index.added(path: "a", content: content(1)).map(\.artifact) == [file("a", 1)])
    }
  }

  @Test("two spellings of an accented letter are two paths, tags and components")
  func spellings() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let spellings = ["\u{E9}", "e\u{301}"]
      for (number, spelling) in spellings.enumerated() {
        try world.run(run(number), component: spelling, writes: [file(spelling, number)])
      }
      let index = try world.open().index
      for (number, spelling) in spellings.enumerated() {
        #expect(try index.writers(path: spelling).map(\.run) == [run(number)])
        #expect(try index.component(spelling)?.runCount == 1)
      }
      #expect(try index.components().count == 2)
    }
  }

  @Test("zero characters in texts are shown as replaced, and refused in paths")
  func zeros() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.append([
        world.started(run(1), parameters: ["a\0b": "1", "a\0c": "2"], note: "x\0y"),
        ArtifactAdded(file("p\0q", 1)),
      ])
      let index = try world.open().index
      let record = try #require(try index.run(run(1)))
      #expect(record.parameters == ["a\u{FFFD}b": "1", "a\u{FFFD}c": "2"])
      #expect(record.note == "x\u{FFFD}y")
      #expect(try index.added().isEmpty)
      #expect(try index.problems().map(\.type) == ["artifact.added"])
    }
  }

  @Test("what came of making a run again is told in the order it was tried, also where the run is known later")
  func replications() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      func fact(_ same: Int64) -> RunReplicated {
        RunReplicated(
          run: run(1), record: content(1), isReplicable: same == 2, times: 2, same: same, compared: 3, differing: 1,
          outputs: [RunReplicated.Output(path: "a", verdict: .close, same: 1)], host: "here", user: "somebody")
      }
      try world.append([fact(2)], writer: 1)
      world.wait()
      try world.append([fact(1)], writer: 0)
      var streams = world.started(run(1))
      streams.streams = RunStreams(input: "in", output: "out", isAppending: true)
      try world.append([streams, world.started(run(2))])
      let index = try world.open().index
      #expect(try index.replications(of: run(1)).map(\.fact) == [fact(2), fact(1)])
      #expect(try index.replications(of: run(2)).isEmpty)
      #expect(try index.run(run(1))?.streams == streams.streams)
      #expect(try index.run(run(2))?.streams == RunStreams())
    }
  }

  @Test("paths that may have been meant are those with the same name, else with the same beginning")
  func knownPaths() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.run(
        run(1), writes: [file("data/model.pkl", 1), file("old/model.pkl", 1), file("mode", 1), file("model.pkl2", 1)])
      let index = try world.open().index
      #expect(try index.knownPaths(like: "src/model.pkl", limit: 5) == ["old/model.pkl", "data/model.pkl"])
      #expect(
        try index.knownPaths(like: "model.pkl", limit: 5) == ["old/model.pkl", "data/model.pkl", "model.pkl2"])
      #expect(try index.knownPaths(like: "nothing", limit: 5).isEmpty)
    }
  }
}

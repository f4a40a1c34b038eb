import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Facts of many writers, whatever their clocks and ways, come together as one history.
@Suite struct SharingMergeTests {
  private func place(_ name: String, _ world: World) -> FilePath { world.folder.appending(name) }

  /// Makes remotes, all of one repository's.
  private func makeRemotes(_ names: [String], _ world: World) throws {
    for name in names {
      try expectSuccess(
        world.shell(
          "git init -q maker; cd maker; mlt init; mlt remote add x ../\(name); rm -r ../maker", in: world.folder))
    }
  }

  /// Makes a clone that gets the facts of some remotes, in their order.
  @discardableResult
  private func clone(_ name: String, of remotes: [String], _ world: World) throws -> FilePath {
    try expectSuccess(
      world.shell(
        "set -e; git init -q \(name); cd \(name); mlt init; "
          + remotes.map { "mlt remote add \($0) ../\($0); mlt fetch \($0)" }.joined(separator: "; "), in: world.folder))
    return place(name, world)
  }

  private func run(_ number: Int) -> String { String(repeating: "0", count: 30) + "\(10 + number)" }

  private func artifact(_ path: String, _ text: String) -> JSONObject {
    [
      "path": .string(path), "kind": "file", "content": .string(ContentHasher.contentID(of: Array(text.utf8)).hex),
      "size": .int(Int64(text.utf8.count)), "evidence": "observed",
    ]
  }

  private func ids(_ log: JSON) -> [String] { log["runs"]?.array?.compactMap { $0["id"]?.string } ?? [] }

  @Test("clocks that are off, that jump back and that agree to the microsecond give one order everywhere")
  func clocks() throws {
    try withWorld(git: false, initialized: false) { world in
      try makeRemotes(["first", "second", "third"], world)
      var journals = ["b", "a", "c"].map { HandmadeJournal(writer: String(repeating: $0, count: 32)) }
      // Forty minutes ahead of the next one.
      journals[0].addRun(
        run(1), writes: [artifact("raw", "raw")], from: "2026-03-01T12:40:00.000000Z", to: "2026-03-01T12:41:00.000000Z"
      )
      journals[1].addRun(
        run(2), reads: [artifact("raw", "raw")], writes: [artifact("table", "table")],
        from: "2026-03-01T12:05:00.000000Z", to: "2026-03-01T12:06:00.000000Z")
      // The clock was set back by a year here: a journal's own time goes on by microseconds.
      journals[1].addRun(run(3), from: "2026-03-01T12:06:00.000001Z", to: "2026-03-01T12:06:00.000002Z")
      // At the same moments as another writer's.
      journals[2].addRun(run(5), from: "2026-03-01T12:05:00.000000Z", to: "2026-03-01T12:06:00.000000Z")
      journals[2].addRun(run(4), from: "2026-03-01T12:06:00.000001Z", to: "2026-03-01T12:06:00.000002Z")
      // Two who say something of the same run at the same moment; then one of them again.
      for (index, journal) in journals.indices.reversed().enumerated() {
        journals[journal].add(
          "run.annotated", ["run": .string(run(1)), "note": .string("\(index)"), "tags": ["by": .string("\(index)")]],
          at: "2026-03-02T00:00:00.000000Z")
      }
      journals[1].add(
        "run.annotated", ["run": .string(run(2)), "note": "later"], at: "2026-03-02T00:00:00.000001Z")
      let remotes = ["first", "second", "third"]
      for (journal, remote) in zip(journals, remotes) { try journal.put(into: place(remote, world), world) }

      var answers: [[String]] = []
      for (number, order) in [[0, 1, 2], [2, 1, 0], [1, 2, 0]].enumerated() {
        let clone = try clone("clone\(number)", of: order.map { remotes[$0] }, world)
        var said: [String] = []
        for command in ["log", "trace table", "show \(run(1))", "show \(run(2))"] {
          let printed = try world.shell("mlt \(command) --json", in: clone)
          try expectSuccess(printed)
          said.append(printed.stdout)
        }
        answers.append(said)
        // An index that is made anew has the same order.
        try expectSuccess(world.mlt("reindex", in: clone))
        #expect(try world.mlt("log", "--json", in: clone).stdout == said[0])
        try expectSuccess(world.mlt("fsck", in: clone))
      }
      #expect(answers.allSatisfy { $0 == answers[0] })
      let log = ids(try JSON(parsing: answers[0][0]))
      #expect(log.first == run(1) && log.count == 5 && Set(log[1...2]) == [run(3), run(4)], "\(log)")
      #expect(answers[0][3].contains("later"))
    }
  }

  @Test("one writer's events that two relays pass on, cut in different places, are there once")
  func relays() throws {
    try withWorld(git: false, initialized: false) { world in
      try makeRemotes(["first", "second"], world)
      let a = try clone("a", of: ["first"], world)
      for name in ["left", "right"] {
        try clone(name, of: ["first"], world)
        try expectSuccess(world.shell("mlt remote add second ../second", in: place(name, world)))
      }
      func record(_ count: Int) throws {
        try expectSuccess(
          world.shell("set -e; for i in $(seq \(count)); do mlt run --no-trace -- true; done; mlt push", in: a))
      }
      func relay(_ names: [String]) throws {
        for name in names { try expectSuccess(world.shell("mlt fetch first", in: place(name, world))) }
        let pushing = try names.map {
          try world.start([World.program.string, "push", "second"], in: place($0, world))
        }
        for running in pushing { try expectSuccess(running.wait()) }
      }
      try record(2)
      try relay(["left"])
      try record(1)
      // One of them knows more than the other, and both put it at once.
      try expectSuccess(world.shell("mlt fetch first", in: place("left", world)))
      try record(2)
      try expectSuccess(world.shell("mlt fetch first", in: place("right", world)))
      let pushing = try ["left", "right"].map {
        try world.start([World.program.string, "push", "second"], in: place($0, world))
      }
      for running in pushing { try expectSuccess(running.wait()) }
      try relay(["left", "right"])

      let b = try clone("b", of: ["second"], world)
      let c = try clone("c", of: ["second", "first"], world)
      let log = try world.mlt("log", "--json", in: a).stdout
      #expect(ids(try JSON(parsing: log)).count == 5)
      for clone in [b, c] {
        #expect(try world.mlt("log", "--json", in: clone).stdout == log)
        try expectSuccess(world.mlt("fsck", in: clone))
      }
      #expect(try world.json(in: c, "fetch", "second")["facts"] == 0)
    }
  }

  @Test("a copy of a whole clone goes on under a name of its own, and both share what they make")
  func copies() throws {
    try withWorld(git: false, initialized: false) { world in
      try makeRemotes(["share"], world)
      let a = try clone("a", of: ["share"], world)
      try expectSuccess(world.shell("mlt run --no-trace -c before -- true; cp -a ../a ../copy", in: a))
      for (name, count) in [("a", 2), ("copy", 3)] {
        let running = try (0..<count).map { number in
          try world.start(
            [World.program.string, "run", "--no-trace", "-c", "\(name)-\(number)", "--", "true"], in: place(name, world)
          )
        }
        for one in running { try expectSuccess(one.wait()) }
      }
      let pushing = try ["a", "copy"].map { try world.start([World.program.string, "push"], in: place($0, world)) }
      for running in pushing { try expectSuccess(running.wait()) }
      let b = try clone("b", of: ["share"], world)
      let log = try world.json(in: b, "log")
      #expect(
        Set(log["runs"]?.array?.compactMap { $0["component"]?.string } ?? []) == [
          "before", "a-0", "a-1", "copy-0", "copy-1", "copy-2",
        ])
      #expect(ids(log).count == 6)
      for name in ["a", "copy", "b"] {
        try expectSuccess(world.mlt("fetch", in: place(name, world)))
        #expect(try ids(world.json(in: place(name, world), "log")) == ids(log))
        try expectSuccess(world.mlt("fsck", in: place(name, world)))
      }
    }
  }

  @Test("a fork of one writer's chain is told and harms nobody else; what each had it keeps")
  func forks() throws {
    try withWorld(git: false, initialized: false) { world in
      try makeRemotes(["share"], world)
      let a = try clone("a", of: ["share"], world)
      // As a machine does whose snapshot is started twice: the folder is the same one.
      try expectSuccess(
        world.shell(
          """
          set -e
          mlt run --no-trace -c before -- true; cp -a .mlt/journal ../old
          mlt run --no-trace -c one -- true; mlt push
          rm -r .mlt/journal/*; cp -a ../old/. .mlt/journal
          for i in 1 2; do mlt run --no-trace -c other -- true; done
          """, in: a))
      let pushed = try world.mlt("push", in: a)
      #expect(pushed.status == 6 && pushed.stderr.contains("the chain has forked"), "\(pushed)")
      let b = try clone("b", of: ["share"], world)
      let components = try world.json(in: b, "log")["runs"]?.array?.compactMap { $0["component"]?.string }
      #expect(components == ["one", "before"])
      try expectSuccess(world.shell("mlt run --no-trace -c good -- true; mlt push", in: b))
      try expectSuccess(world.mlt("fetch", in: a))
      let all = try world.json(in: a, "log")["runs"]?.array?.compactMap { $0["component"]?.string }
      #expect(all == ["good", "other", "other", "before"])
    }
  }

  @Test("types and fields of a newer version go through a pull and a push unchanged")
  func newer() throws {
    try withWorld(git: false, initialized: false) { world in
      try makeRemotes(["first", "second"], world)
      var journal = HandmadeJournal(writer: String(repeating: "a", count: 32))
      journal.add(
        "model.dreamt", ["depth": 3, "of": ["a": [1, .double(2.5), .null]]], at: "2026-03-01T00:00:00.000000Z")
      journal.addRun(run(1), from: "2026-03-01T00:00:00.000001Z", to: "2026-03-01T00:00:00.000002Z")
      journal.add(
        "run.annotated", ["run": .string(run(1)), "note": "of now", "mood": "good"], at: "2026-03-01T00:00:00.000003Z")
      journal.add("run.annotated", ["note": ["of": "later"]], at: "2026-03-01T00:00:00.000004Z", version: 7)
      // As valid JSON as any, but not as this version writes it.
      journal.add(
        body: Array(
          ##"{"v":1, "type":"a.b" ,"by":"\##(journal.writer)","prev":"\##(journal.lastID)","at":"2026-03-01T00:00:00.000005Z","x":1e2}"##
            .utf8))
      try journal.put(into: place("first", world), world)
      let a = try clone("a", of: ["first"], world)
      try expectSuccess(world.shell("mlt remote add second ../second && mlt push second", in: a))
      let b = try clone("b", of: ["second"], world)
      let line = "cat journal/\(journal.writer)/*"
      #expect(
        try world.shell("\(line) | zcat", in: place("second", world)).stdout
          == String(decoding: journal.text(1...journal.count), as: UTF8.self))
      for clone in [a, b] {
        #expect(try ids(world.json(in: clone, "log")) == [run(1)])
        #expect(try world.mlt("show", run(1), in: clone).stdout.contains("of now"))
        try expectSuccess(world.mlt("fsck", in: clone))
      }
    }
  }
}

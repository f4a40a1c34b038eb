import Journaling
import LineageIndexing
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Labels, purges and checks in the index.
@Suite struct LabelTests {
  private func artifact(_ path: String, _ number: Int, size: Int64 = 100) -> ArtifactRecord {
    ArtifactRecord(path: path, kind: .file, content: content(number), size: size, evidence: .declared)
  }

  private func check(_ number: Int, _ command: String, exit: Int64, warns: Bool = false) -> RunChecked {
    RunChecked(
      run: run(number), phase: .after, name: command, command: command, source: .option, exit: exit, onlyWarns: warns)
  }

  @Test("labels stand until they are taken away, and a retraction until the label is reinstated")
  func labels() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      try world.append([ArtifactLabelled(artifact("a", 1), labels: ["x", "y"])])
      try world.append([ArtifactLabelled(artifact("b", 2, size: 3), labels: ["x"]), LabelRetracted("y")], writer: 1)
      let index = try world.open().index
      #expect(try index.labels().map(\.name) == ["x", "x", "y"])
      #expect(
        Set(try index.labels().map(\.subject)) == [Subject(artifact("a", 1)), Subject(artifact("b", 2, size: 3))])
      #expect(try index.retractions().map(\.subject) == [.label("y")])
      world.wait()
      try world.append([ArtifactLabelled(artifact("elsewhere", 1), unlabelled: ["x"]), LabelReinstated("y")])
      try index.catchUp(world.journal)
      #expect(try index.labels().map(\.name) == ["x", "y"])
      #expect(try index.retractions() == [])
      #expect(try index.changes(of: [.label("y")]).map(\.value) == [nil, ""])
      let anew = try LineageIndex.rebuild(world.indexPath, journal: world.journal)
      #expect(try anew.labels() == index.labels())
      #expect(try anew.check(world.journal) == [])
    }
  }

  @Test("purged contents are known by the labels on account of which they went")
  func purged() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let index = try world.open().index
      #expect(try !index.hasPurged())
      try world.append([ContentsPurged("x", [content(1), content(2)]), ContentsPurged("y", [content(2)])])
      try world.append([ContentsPurged("x", [content(1)])])
      try index.catchUp(world.journal)
      #expect(try index.hasPurged())
      #expect(try index.purgeLabels(of: content(2)) == ["x", "y"])
      #expect(try index.purgeLabels(of: content(3)) == [])
      #expect(try index.purgedContents(labels: ["x"]) == [content(1), content(2)])
      #expect(try index.purgedContents(labels: []) == [])
      #expect(try index.check(world.journal) == [])
    }
  }

  @Test("of a check that was made again the last time counts, and one that only warns speaks against nothing")
  func checks() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      for number in 1...3 { try world.run(run(number), component: number == 3 ? "other" : "train") }
      try world.append([check(1, "a", exit: 1), check(2, "a", exit: 1), check(2, "b", exit: 2, warns: true)])
      try world.append([check(3, "a", exit: 3)])
      let index = try world.open().index
      #expect(try index.checks(of: run(2)).map(\.fact.command) == ["a", "b"])
      let failed = try index.failedChecks()
      #expect(failed.map(\.run) == [run(3), run(2), run(1)])
      #expect(failed.map(\.isOutdated) == [false, false, true])
      #expect(failed.map(\.component) == ["other", "train", "train"])
      world.wait()
      try world.append([check(3, "a", exit: 0), RunDeleted(run: run(2))])
      try index.catchUp(world.journal)
      #expect(try index.failedChecks().map(\.run) == [run(1)])
      #expect(try index.check(world.journal) == [])
    }
  }

  @Test("a check that was announced counts as failed once the run has ended well, until it is made")
  func announced() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      var pending = check(1, "a", exit: RunChecked.pendingExit)
      pending.isPending = true
      try world.append([pending])
      let index = try world.open().index
      #expect(try index.checks(of: run(1)) == [])
      try world.run(run(1))
      try index.catchUp(world.journal)
      #expect(try index.failedChecks().map(\.check.fact.isPending) == [true])
      #expect(try index.failedChecks(of: run(1)).count == 1)
      #expect(try index.doubtedRuns() == [run(1)])
      world.wait()
      try world.append([check(1, "a", exit: 0)])
      try index.catchUp(world.journal)
      #expect(try index.failedChecks() == [])
      #expect(try index.doubtedRuns() == [])
      #expect(try index.checks(of: run(1)).map(\.fact.exit) == [0])
      let anew = try LineageIndex.rebuild(world.indexPath, journal: world.journal)
      #expect(try anew.doubtedRuns() == [])
      #expect(try anew.check(world.journal) == [])
    }
  }

  @Test("a later run that a check only warned of settles nothing, and one that passed it does")
  func warned() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      for number in 1...2 { try world.run(run(number), component: "train") }
      try world.append([check(1, "a", exit: 1), check(1, "b", exit: 1), check(2, "a", exit: 1, warns: true)])
      let index = try world.open().index
      #expect(
        Dictionary(
          uniqueKeysWithValues: try index.failedChecks().map { ($0.check.fact.command, $0.isOutdated) })
          == ["a": false, "b": true])
      world.wait()
      try world.run(run(3), component: "train")
      try index.catchUp(world.journal)
      #expect(try index.failedChecks().map(\.isOutdated) == [true, true])
    }
  }

  @Test("a check may arrive before the run that it is of")
  func order() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      try world.append([check(1, "a", exit: 1)], writer: 1)
      let index = try world.open().index
      #expect(try index.failedChecks() == [])
      try world.run(run(1))
      try index.catchUp(world.journal)
      #expect(try index.failedChecks().map(\.run) == [run(1)])
    }
  }

  @Test("a component's checks are those that were described last")
  func described() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.append([ComponentDescribed(name: "train", checks: ComponentChecks(before: ["a"], after: ["b"]))])
      world.wait()
      try world.append([ComponentDescribed(name: "train", owner: "Ada")])
      let index = try world.open().index
      #expect(try index.component("train")?.checks == ComponentChecks(before: ["a"], after: ["b"]))
      #expect(try index.components().map(\.checks.after) == [["b"]])
      world.wait()
      try world.append([ComponentDescribed(name: "train", checks: ComponentChecks())])
      try index.catchUp(world.journal)
      #expect(try index.component("train")?.checks.isEmpty == true)
    }
  }
}

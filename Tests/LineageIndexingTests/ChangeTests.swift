import Journaling
import LineageIndexing
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What people say of runs and artifacts, and which of it holds.
@Suite struct ChangeTests {
  private func artifact(_ path: String, _ number: Int, size: Int64 = 100) -> ArtifactRecord {
    ArtifactRecord(path: path, kind: .file, content: content(number), size: size, evidence: .declared)
  }

  @Test("a tag that was set, changed and taken away isn't there any more, and its history is")
  func tags() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      try world.append([world.started(run(1), tags: ["stage": "dev"])])
      for (value, writer) in [("test", 1), ("prod", 0), (nil, 1)] as [(String?, Int)] {
        world.wait()
        let said = Attribution(user: "u", why: "w")
        let fact = RunAnnotated(
          run: run(1), tags: value.map { ["stage": $0] } ?? [:], untagged: value == nil ? ["stage"] : [], said: said)
        try world.append([fact], writer: writer)
      }
      let index = try world.open().index
      #expect(try index.run(run(1))?.tags == [:])
      #expect(try index.runs(RunQuery()).first?.tags == [:])
      let changes = try index.changes(of: [.run(run(1))])
      #expect(changes.map(\.value) == [nil, "prod", "test", "dev"])
      #expect(changes.map(\.isLatest) == [true, false, false, false])
      #expect(changes.map(\.why) == ["w", "w", "w", nil])
      #expect(Set(changes.map(\.writer)).count == 2)
      var query = RunQuery()
      query.tag = "stage"
      #expect(try index.runs(query).isEmpty)
      world.wait()
      try world.append([RunAnnotated(run: run(1), tags: ["stage": "back"])])
      try index.catchUp(world.journal)
      #expect(try index.runs(query).first?.tags == ["stage": "back"])
    }
  }

  @Test("a flag holds for a content at any path, but for a few bytes only where they were flagged")
  func subjects() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let (large, small) = (artifact("a", 1), artifact("b", 2, size: 7))
      let uri = ArtifactRecord(path: "s3://x/ y", kind: .uri, content: nil, size: 0, evidence: .declared)
      try world.append([ArtifactFlagged(large), ArtifactFlagged(small), ArtifactFlagged(uri)])
      let flags = try world.open().index.openFlags()
      #expect(Set(flags.map(\.subject)) == [Subject(large), Subject(small), Subject(uri)])
      #expect(Subject(large) == Subject(artifact("elsewhere", 1)))
      #expect(Subject(small) != Subject(artifact("elsewhere", 2, size: 7)))
      #expect(flags.map { $0.artifact?.path } == ["s3://x/ y", "b", "a"])
    }
  }

  @Test("an answer to a flag comes after it, though the clock of who answers is behind", arguments: [false, true])
  func skew(answersFirst: Bool) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      let flagged = world.now
      // The two writers share a clock here, so the answer claims to know of something later.
      let ahead = Timestamp(microseconds: flagged.microseconds + 3_600_000_000)
      let facts: [(any Fact, Int)] = [
        (ArtifactFlagged(artifact("a", 1), said: Attribution(follows: ahead)), 0),
        (
          ArtifactUnflagged(
            artifact("a", 1), said: Attribution(follows: Timestamp(microseconds: ahead.microseconds + 1))), 1
        ),
      ]
      for (fact, writer) in answersFirst ? facts.reversed() : facts { try world.append([fact], writer: writer) }
      let index = try world.open().index
      #expect(try index.openFlags().isEmpty)
      let changes = try index.changes(of: [], path: "a")
      #expect(changes.map(\.value) == [nil, ""])
      #expect(try index.latestChange(of: Subject(artifact("a", 1))) == changes[0].order)
      #expect(try index.latestChange(of: .component("none")) == nil)
    }
  }

  @Test("of changes at the same time the greater writer's holds, in runs, components and flags alike")
  func ties() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      try world.append([world.started(run(1))])
      world.wait()
      var writers: [WriterID] = []
      for writer in [0, 1] {
        let said = Attribution(user: "\(writer)")
        let flag: any Fact =
          writer == 0
          ? ArtifactFlagged(artifact("a", 1), said: said) : ArtifactUnflagged(artifact("a", 1), said: said)
        let facts: [any Fact] = [
          RunAnnotated(run: run(1), note: "\(writer)", tags: ["t": "\(writer)"], said: said),
          ComponentDescribed(name: "c", owner: "\(writer)", said: said), flag,
        ]
        writers.append(try #require(try world.append(facts, writer: writer).first).writer)
      }
      let winner = writers[0] > writers[1] ? "0" : "1"
      let index = try world.open().index
      #expect(try index.run(run(1))?.note == winner)
      #expect(try index.run(run(1))?.tags == ["t": winner])
      #expect(try index.component("c")?.owner == winner)
      #expect(try index.openFlags().count == (winner == "0" ? 1 : 0))
      for subject in [Subject.run(run(1)), .component("c"), Subject(artifact("a", 1))] {
        let latest = try index.changes(of: [subject]).filter(\.isLatest)
        #expect(!latest.isEmpty)
        #expect(latest.allSatisfy { $0.user == winner })
      }
    }
  }
}

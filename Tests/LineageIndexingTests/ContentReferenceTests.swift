import Journaling
import LineageIndexing
import MLTBase
import TestSupport
import Testing

@Suite struct ContentReferenceTests {
  // Two components with four runs each, of which the first is deleted; one more without a start, one without an end.
  private func world(_ body: (World, LineageIndex) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder, writers: 2)
      for number in 0..<8 {
        var output = file("out/\(number)", 100 + number)
        output.isStored = number % 2 == 0
        output.before = number == 5 ? content(900) : nil
        try world.run(
          run(number), component: number < 4 ? "make" : "train", reads: [file("in", number)], writes: [output])
      }
      try world.append([RunDeleted(run: run(7)), RunDeleted(run: run(0))])
      try world.append(
        [
          RunEnded(
            run: run(8), status: .finished, exit: 0, evidence: .observed,
            outputs: [
              file("other", 108), ArtifactRecord(path: "gone", kind: .file, content: nil, size: 0, evidence: .observed),
            ])
        ], writer: 1)
      try world.append([world.started(run(9))])
      try world.append([ArtifactAdded(file("data", 200, kind: .tree))])
      try body(world, try world.open().index)
    }
  }

  private func runs(_ index: LineageIndex, _ retention: Retention) throws -> [Set<RunID>] {
    var found: [ContentReference.Role: Set<RunID>] = [:]
    var additions = 0
    try index.forEachContent(keptBy: retention) { reference in
      if let run = reference.run { found[reference.role, default: []].insert(run) } else { additions += 1 }
      return true
    }
    #expect(additions == 1)
    return [found[.input] ?? [], found[.output] ?? []]
  }

  @Test("every content that facts name is given, with who named it")
  func all() throws {
    try world { world, index in
      var found: [ContentReference] = []
      try index.forEachContent {
        found.append($0)
        return true
      }
      #expect(found.count == 8 * 2 + 1 + 1 + 1)
      let before = try #require(found.first { $0.role == .before })
      #expect(before.content == content(900) && before.run == run(5) && before.path == "out/5")
      #expect(before.component == "train" && !before.isStored)
      let started = try #require(try index.run(run(5))).started
      #expect(before.started == started)
      let added = try #require(found.first { $0.role == .added })
      #expect(added.content == content(200) && added.kind == .tree && added.run == nil && added.path == "data")
      let stray = try #require(found.first { $0.run == run(8) })
      #expect(stray.component == nil && stray.started == nil && stray.content == content(108))
      #expect(Set(found.filter(\.isDeleted).compactMap(\.run)) == [run(0), run(7)])
      #expect(
        Set(found.filter(\.isStored).map(\.content)) == Set([100, 102, 104, 106].map { content($0) }))
    }
  }

  @Test("a retention keeps each component's latest runs, those that started late enough, and any it can't judge")
  func retention() throws {
    try world { world, index in
      var retention = Retention()
      #expect(try runs(index, retention) == [Set((0..<8).map { run($0) }), Set((0..<9).map { run($0) })])
      retention.includesDeleted = false
      #expect(try runs(index, retention)[0] == Set((1..<7).map { run($0) }))
      retention.latestPerComponent = 2
      #expect(
        try runs(index, retention) == [Set([2, 3, 5, 6].map { run($0) }), Set([2, 3, 5, 6, 8].map { run($0) })])
      retention.includesDeleted = true
      #expect(try runs(index, retention)[0] == Set([2, 3, 6, 7].map { run($0) }))
      retention.latestPerComponent = 100
      #expect(try runs(index, retention)[0] == Set((0..<8).map { run($0) }))
      retention.latestPerComponent = 0
      #expect(try runs(index, retention) == [[], [run(8)]])
      retention.since = try #require(try index.run(run(5))).started
      #expect(try runs(index, retention)[0] == Set((5..<8).map { run($0) }))
      retention.latestPerComponent = 1
      #expect(try runs(index, retention)[0] == Set([3, 5, 6, 7].map { run($0) }))
      retention.latestPerComponent = nil
      #expect(try runs(index, retention)[0] == Set((5..<8).map { run($0) }))
    }
  }

  @Test("whoever has seen enough is given no more", arguments: [1, 2, 17, 19])
  func stopping(count: Int) throws {
    try world { world, index in
      var seen = 0
      try index.forEachContent { _ in
        seen += 1
        return seen < count
      }
      #expect(seen == count)
    }
  }

  @Test("a content's first use is an output, else an input, else an addition, else what was before")
  func firstUse() throws {
    try world { world, index in
      try world.run(run(20), component: "late", reads: [file("copy", 103)], writes: [file("copy", 3)])
      try world.run(run(21), component: "late", reads: [file("in", 2)], writes: [file("again", 103)])
      try index.catchUp(world.journal)
      let expected: [(content: Int, role: ContentReference.Role, run: RunID?, path: String)] = [
        (103, .output, run(3), "out/3"), (3, .output, run(20), "copy"), (2, .input, run(2), "in"),
        (200, .added, nil, "data"), (900, .before, run(5), "out/5"), (108, .output, run(8), "other"),
      ]
      for (number, role, run, path) in expected {
        let use = try #require(try index.firstUse(of: content(number)))
        #expect(use.content == content(number) && use.role == role && use.run == run && use.path == path)
      }
      #expect(try index.firstUse(of: content(12345)) == nil)
    }
  }
}

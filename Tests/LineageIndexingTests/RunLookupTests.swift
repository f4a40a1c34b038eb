import Journaling
import LineageIndexing
import MLTBase
import TestSupport
import Testing

@Suite struct RunLookupTests {
  /// Two runs of `train`, one of `clean`, one that has not ended, and one that was deleted.
  private func prepare(_ world: World) throws -> RunLookup {
    try world.run(run(1), component: "clean", reads: [file("raw", 1)], writes: [file("clean", 2)])
    try world.run(run(2), component: "train", reads: [file("clean", 2)], writes: [file("model", 3)])
    try world.run(run(3), component: "train", reads: [file("clean", 2)], writes: [file("model", 4), file("copy", 2)])
    try world.append([world.started(run(4), component: "train", parameters: ["depth": "5", "rate": "0.1"])])
    try world.run(run(5), component: "train", writes: [file("out", 7, kind: .tree)])
    try world.append([RunDeleted(run: run(5))])
    return RunLookup(try world.open().index)
  }

  private func number(_ id: Int, _ lookup: RunLookup) throws -> Int64 {
    try #require(lookup.numbers(of: [run(id)])[run(id)])
  }

  private func path(_ text: String, of id: Int, _ lookup: RunLookup, _ role: FileRole) throws -> Int64 {
    let files = try lookup.files(of: [number(id, lookup)], role: role)
    let paths = try lookup.paths(Set(files.map(\.path)))
    return try #require(paths.first { $0.value == text }?.key)
  }

  @Test("runs are found by their numbers, in their order, and unknown ones are left out")
  func runs() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let lookup = try prepare(world)
      let numbers = try lookup.numbers(of: [run(3), run(1), run(99)])
      #expect(Set(numbers.keys) == [run(1), run(3)])
      let found = try lookup.runs(numbers.values.sorted(by: >) + [1_000_000])
      #expect(found.map(\.id) == [run(1), run(3)])
      #expect(found.map(\.component) == ["clean", "train"])
      #expect(found.map(\.commit) == ["c0ffee", "c0ffee"] && found.allSatisfy { $0.status == .finished })
      #expect(try lookup.runs([]) == [] && lookup.numbers(of: []) == [:])
    }
  }

  @Test("of a component come the runs that ended and aren't deleted, the latest first, as many as are wanted")
  func components() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let lookup = try prepare(world)
      #expect(try lookup.runs(ofComponent: "train", limit: 10).map(\.id) == [run(3), run(2)])
      #expect(try lookup.runs(ofComponent: "train", limit: 1).map(\.id) == [run(3)])
      let since = try #require(lookup.runs(ofComponent: "train", limit: 1).first?.started)
      #expect(try lookup.runs(ofComponent: "train", since: since, limit: 10).map(\.id) == [run(3)])
      #expect(try lookup.runs(ofComponent: "nothing", limit: 10) == [])
    }
  }

  @Test("files come with their run, by role, and paths by their numbers")
  func files() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let lookup = try prepare(world)
      let numbers = try [number(2, lookup), number(3, lookup)]
      let inputs = try lookup.files(of: numbers, role: .input)
      #expect(inputs.map(\.run) == numbers && inputs.allSatisfy { $0.content == content(2) && $0.size == 2 })
      let outputs = try lookup.files(of: numbers, role: .output)
      #expect(Set(outputs.map(\.content)) == [content(2), content(3), content(4)])
      #expect(try Set(lookup.paths(Set(outputs.map(\.path))).values) == ["copy", "model"])
      #expect(try lookup.paths([1_000_000]) == [:])
    }
  }

  @Test("writers of a content at a path are told from those elsewhere")
  func writers() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let lookup = try prepare(world)
      let clean = try path("clean", of: 1, lookup, .output)
      let raw = try path("raw", of: 1, lookup, .input)
      let writers = try lookup.writers(of: [(clean, content(2)), (clean, content(3))])
      #expect(writers.map { $0.map(\.id) } == [[run(1)], []])
      #expect(
        try lookup.outputs(holding: content(2)).map(\.run) == [number(1, lookup), number(3, lookup)])
      #expect(try lookup.outputs(at: "model", content: nil).map(\.run) == [number(2, lookup), number(3, lookup)])
      #expect(try lookup.outputs(at: "model", content: content(4)).map(\.run) == [number(3, lookup)])
      #expect(try lookup.outputs(at: "nowhere", content: nil).isEmpty)
      #expect(try lookup.written(paths: [clean, raw]) == [clean])
      #expect(try lookup.isRead(path: clean) && lookup.isRead(path: raw))
      #expect(try lookup.written(contents: [content(1), content(4)]) == [content(4)])
      #expect(try lookup.isTreeWritten(at: "out") && !lookup.isTreeWritten(at: "model"))
    }
  }

  @Test("parameters and commands come with the run that had them")
  func told() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let lookup = try prepare(world)
      let numbers = try [number(2, lookup), number(4, lookup)]
      var told: [String: String] = [:]
      try lookup.parameters(of: numbers) { run, key, value in
        #expect(run == numbers[1])
        told[key] = value
      }
      #expect(told == ["depth": "5", "rate": "0.1"])
      #expect(try lookup.commands(of: numbers) == [numbers[0]: ["do", "it"], numbers[1]: ["do", "it"]])
      #expect(try lookup.environments([1_000_000]).isEmpty)
    }
  }
}

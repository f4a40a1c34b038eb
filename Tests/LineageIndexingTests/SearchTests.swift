import Journaling
import LineageIndexing
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Runs found by what they say of themselves.
@Suite struct SearchTests {
  /// Runs 0 to 7: a metric with ties, NaN, infinity and gaps, parameters that are numbers and texts, one deleted.
  private func withRuns(_ body: (LineageIndex) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      let metrics: [Double?] = [0.5, .nan, 0.9, nil, 0.5, .infinity, -1, 3]
      let depths: [String?] = ["10", "9", "abc", nil, "1e1", "-2", "nan", "5"]
      for number in 0..<8 {
        try world.append([
          world.started(
            run(number), component: number < 4 ? "fit" : "test", parent: number == 3 ? run(0) : nil,
            parameters: depths[number].map { ["depth": $0] } ?? [:],
            tags: number.isMultiple(of: 2) ? ["team": "X_\(number)"] : [:])
        ])
        if let value = metrics[number] {
          try world.append([
            RunLogged(
              run: run(number), metrics: [RunLogged.Metric(key: "f1", value: value, step: 0, at: world.now)])
          ])
        }
        world.wait()
        try world.append([
          RunEnded(
            run: run(number), status: number == 4 ? .failed : .finished, exit: number == 4 ? 1 : 0,
            evidence: .observed, inputs: [input(number)], outputs: [])
        ])
        world.wait()
      }
      try world.append([RunDeleted(run: run(7))])
      try body(try world.open().index)
    }
  }

  /// The sixth has no known content, as what stands at a URI.
  private func input(_ number: Int) -> ArtifactRecord {
    var input = file("data/\(number).csv", number)
    if number == 6 { input.content = nil }
    return input
  }

  private func numbers(_ index: LineageIndex, _ search: RunSearch) throws -> [Int] {
    let known = Dictionary(uniqueKeysWithValues: (0..<8).map { (run($0), $0) })
    let found = try index.runs(search).compactMap { known[$0] }
    if search.limit == nil { #expect(try index.count(search) == Int64(found.count)) }
    return found
  }

  @Test(
    "values come first, then NaN, then what is missing, in both directions; the latest first among equals",
    arguments: [
      ([RunSortKey(.metric("f1"))], [6, 4, 0, 2, 5, 1, 3]),
      ([RunSortKey(.metric("f1"), isDescending: true)], [5, 2, 4, 0, 6, 1, 3]),
      ([RunSortKey(.metric("f1")), RunSortKey(.attribute(.started))], [6, 0, 4, 2, 5, 1, 3]),
      ([RunSortKey(.attribute(.component)), RunSortKey(.metric("f1"))], [0, 2, 1, 3, 6, 4, 5]),
      ([RunSortKey(.parameter("depth"))], [5, 1, 4, 0, 2, 6, 3]),
      ([RunSortKey(.parameter("depth"), isDescending: true)], [4, 0, 1, 5, 2, 6, 3]),
      ([RunSortKey(.tag("team"), isDescending: true)], [6, 4, 2, 0, 5, 3, 1]),
      ([RunSortKey(.metric("none"))], [6, 5, 4, 3, 2, 1, 0]), ([], [6, 5, 4, 3, 2, 1, 0]),
    ] as [([RunSortKey], [Int])])
  func order(keys: [RunSortKey], expected: [Int]) throws {
    try withRuns { index in
      let all = try numbers(index, RunSearch(order: keys))
      #expect(all == expected)
      for limit in 0...7 {
        let some = try numbers(index, RunSearch(order: keys, limit: limit))
        #expect(some == Array(expected.prefix(limit)))
      }
    }
  }

  @Test(
    "conditions choose, and what a run hasn't meets none of them",
    arguments: [
      (.number(.metric("f1"), .greater, 0.4), [5, 4, 2, 0]), (.number(.metric("f1"), .notEqual, 0.5), [6, 5, 2]),
      (.number(.metric("f1"), .equal, .infinity), [5]), (.present(.metric("f1"), true), [6, 5, 4, 2, 1, 0]),
      (.present(.metric("f1"), false), [3]), (.text(.parameter("depth"), .notEqual, "10"), [6, 5, 4, 2, 1]),
      (.text(.tag("team"), .like, "X_%"), [6, 4, 2, 0]), (.text(.tag("team"), .like, "x%"), []),
      (.text(.tag("team"), .likeIgnoringCase, "x%2"), [2]), (.present(.tag("team"), false), [5, 3, 1]),
      (.among(.tag("team"), ["X_0", "X_4", "y"], isNegated: false), [4, 0]),
      (.among(.tag("team"), ["X_0", "X_4", "y"], isNegated: true), [6, 2]),
      (.text(.attribute(.status), .equal, "FAILED"), [4]),
      (.text(.attribute(.component), .equal, "fit"), [3, 2, 1, 0]),
      (.text(.attribute(.run), .equal, run(3).hex), [3]),
      (.text(.tag("mlflow.user"), .equal, "somebody"), [6, 5, 4, 3, 2, 1, 0]),
      (.text(.input(.name), .like, "data/[25].csv"), []), (.text(.input(.name), .equal, "data/2.csv"), [2]),
      (.text(.input(.digest), .like, String(content(5).hex.prefix(12)) + "%"), [5]),
      (.present(.attribute(.parent), true), [3]), (.text(.attribute(.parent), .notEqual, "x"), [3]),
      (.present(.tag("mlflow.parentRunId"), false), [6, 5, 4, 2, 1, 0]),
      (.text(.attribute(.command), .equal, "do it"), [6, 5, 4, 3, 2, 1, 0]),
      (.text(.input(.digest), .notEqual, content(5).hex), [4, 3, 2, 1, 0]),
      (.number(.attribute(.exit), .atLeast, 1), [4]), (.number(.metric("f1"), .less, .nan), []),
    ] as [(RunCondition, [Int])])
  func conditions(condition: RunCondition, expected: [Int]) throws {
    try withRuns { index in
      let found = try numbers(index, RunSearch(conditions: [condition]))
      #expect(found == expected)
      let sorted = try numbers(index, RunSearch(conditions: [condition], order: [RunSortKey(.metric("f1"))]))
      #expect(sorted.sorted(by: >) == expected)
    }
  }

  @Test("deleted runs are found when they are asked for")
  func deleted() throws {
    try withRuns { index in
      let search = RunSearch(order: [RunSortKey(.metric("f1"), isDescending: true)], limit: 2, includesDeleted: true)
      let found = try numbers(index, search)
      #expect(found == [5, 7])
      let gone = RunCondition.text(.attribute(.lifecycle), .equal, "deleted")
      #expect(try numbers(index, RunSearch(conditions: [gone], includesDeleted: true)) == [7])
    }
  }

  @Test("what runs say of themselves comes in the order asked for")
  func values() throws {
    try withRuns { index in
      let values = try index.values(of: [run(2), run(100), run(1)])
      #expect(values.map(\.parameters) == [["depth": "abc"], [:], ["depth": "9"]])
      #expect(values[0].metrics == ["f1": 0.9] && values[0].tags == ["team": "X_2"])
      #expect(values[2].metrics["f1"]?.isNaN == true)
    }
  }
}

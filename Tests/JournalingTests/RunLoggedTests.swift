import Journaling
import MLTBase
import Testing

/// What is recorded of metrics.
@Suite struct RunLoggedTests {
  private let run = RunID(hex: String(repeating: "3a", count: 16))

  private func metric(_ key: String, _ value: Double, _ step: Int64, _ time: Int64 = 1_000_000) -> RunLogged.Metric {
    RunLogged.Metric(key: key, value: value, step: step, at: Timestamp(microseconds: time))
  }

  private func roundTrip(_ metrics: [RunLogged.Metric]) throws -> (fields: JSONObject, metrics: [RunLogged.Metric]) {
    let fields = RunLogged(run: try #require(run), metrics: metrics).fields
    let bytes = JSON.object(fields).canonicalBytes
    let read = try #require(try JSON(parsing: bytes).object)
    return (fields, try RunLogged(fields: read).metrics)
  }

  @Test("values of one metric whose steps count up are written once, with nothing said of steps")
  func countingUp() throws {
    let metrics = (0..<1000).map { metric("loss", 1 / Double($0 + 1), Int64($0)) }
    let (fields, read) = try roundTrip(metrics)
    #expect(read == metrics)
    #expect(fields["metrics"] == nil)
    let series = try #require(fields["series"]?.array?.first?.object)
    #expect(series.members.map(\.key) == ["at", "key", "step", "values"])
  }

  @Test("steps and times that don't count up, infinities, and names that Unicode holds equal come back")
  func odd() throws {
    let metrics = [
      metric("a", .infinity, 5), metric("a", -.infinity, 5, 2_000_000), metric("b", 3, -1), metric("a", 1e308, .max),
      metric("a", -1e308, .min, 5), metric("e\u{301}", 1, 0), metric("\u{E9}", 2, 0),
    ]
    let (_, read) = try roundTrip(metrics)
    for key in ["a", "b"] { #expect(read.filter { $0.key == key } == metrics.filter { $0.key == key }) }
    #expect(read.map { Array($0.key.utf8) }.contains(Array("e\u{301}".utf8)))
    #expect(read.map { Array($0.key.utf8) }.contains(Array("\u{E9}".utf8)))
    #expect(read.count == metrics.count)
  }

  @Test("NaN comes back as NaN")
  func nan() throws {
    let (_, read) = try roundTrip([metric("a", .nan, 0), metric("a", 1, 1)])
    #expect(read.map(\.value.isNaN) == [true, false])
  }

  @Test("the first and last times and steps that can be written come back")
  func farApart() throws {
    let (first, last) = (Timestamp.written.lowerBound.microseconds, Timestamp.written.upperBound.microseconds)
    for metrics in [
      [metric("a", 1, 0, first), metric("a", 2, 1, last)], [metric("a", 1, 0, last), metric("a", 2, 1, first)],
      [metric("a", 1, .max - 1), metric("a", 2, .max)], [metric("a", 1, .min), metric("a", 2, .min + 1)],
    ] {
      #expect(try roundTrip(metrics).metrics == metrics)
    }
    // No event holds such times: who logs refuses them. Writing them mustn't trap all the same.
    #expect(RunLogged.divided([metric("a", 1, 0, .min), metric("a", 2, 1, .max)]) == [1, 1])
  }

  @Test("an event with more values than anybody writes is refused, whether of one series or of several")
  func tooMany() throws {
    let many = JSON.array(Array(repeating: .int(0), count: 1 << 19))
    func event(_ series: Int) throws -> JSONObject {
      [
        "run": .string(try #require(run).hex),
        "series": .array(
          (0..<series).map {
            ["key": .string("m\($0)"), "at": "2026-01-01T00:00:00.000000Z", "step": 0, "values": many]
          }),
      ]
    }
    #expect(try RunLogged(fields: event(2)).metrics.count == 1 << 20)
    #expect(throws: FactError("series.values")) { try RunLogged(fields: event(3)) }
  }

  @Test("metrics are divided into events that any reader takes")
  func batches() throws {
    let metrics = (0..<50_000).map { metric("a", 1, Int64($0)) }
    let events = RunLogged.batches(of: metrics, run: try #require(run))
    #expect(events.map(\.metrics.count) == [20_000, 20_000, 10_000] && events.flatMap(\.metrics) == metrics)
  }

  @Test(
    "malformed series are named",
    arguments: [
      (#"{"key":"a","at":"2026-01-01T00:00:00.000000Z","step":0,"values":[]}"#, "series.values"),
      (#"{"key":"a","at":"2026-01-01T00:00:00.000000Z","step":0,"values":["x"]}"#, "series.values"),
      (#"{"key":"a","at":"2026-01-01T00:00:00.000000Z","step":9223372036854775807,"values":[1,2]}"#, "series.step"),
      (#"{"key":"a","at":"2026-01-01T00:00:00.000000Z","step":0,"steps":[1],"values":[1,2]}"#, "series.steps"),
      (#"{"key":"a","at":"2026-01-01T00:00:00.000000Z","step":0,"after":[1],"values":[1,2]}"#, "series.after"),
      (
        #"{"key":"a","at":"2026-01-01T00:00:00.000000Z","step":0,"after":[0,9223372036854775807],"values":[1,2]}"#,
        "series.after"
      ),
      (
        #"{"key":"a","at":"9999-12-31T23:59:59.999999Z","step":0,"after":[0,1],"values":[1,2]}"#, "series.after"
      ), (#"{"key":"a","step":0,"values":[1,2]}"#, "series.at"),
    ])
  func malformed(_ series: String, _ field: String) throws {
    let text = #"{"run":"3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a","series":["# + series + "]}"
    let fields = try #require(try JSON(parsing: Array(text.utf8)).object)
    let error = #expect(throws: FactError.self) { try RunLogged(fields: fields) }
    #expect(error?.field == field)
  }
}

extension RunLogged {
  /// How many values each series of some metrics would have, as far as the written fields tell.
  fileprivate static func divided(_ metrics: [Metric]) -> [Int] {
    guard let run = RunID(hex: String(repeating: "00", count: 16)) else { return [] }
    let fields = RunLogged(run: run, metrics: metrics).fields
    return (fields["metrics"]?.array ?? []).map { _ in 1 }
      + (fields["series"]?.array ?? []).compactMap { $0.object?["values"]?.array?.count }
  }
}

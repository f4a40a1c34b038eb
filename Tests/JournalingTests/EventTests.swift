import Journaling
import MLTBase
import TestSupport
import Testing

@Suite struct EventTests {
  private let writer = WriterID(hex: "0123456789abcdef0123456789abcdef")

  private func line(_ fields: JSONObject = ["run": "x"], previous: ContentID? = nil) throws -> [UInt8] {
    let made = Event.encode(
      type: "test.made", fields: fields, at: Timestamp(microseconds: 1_773_480_413_589_793),
      writer: try #require(writer), previous: previous)
    return made.line.dropLast()
  }

  /// A line with any body, whose id fits it.
  private func sealed(_ body: String) -> [UInt8] {
    let id = ContentHasher.contentID(of: Array(body.utf8))
    return Array("{\"id\":\"\(id.hex)\",\(body.dropFirst())".utf8)
  }

  @Test("a line is the canonical object with its id in front")
  func form() throws {
    let text = String(decoding: try line(), as: UTF8.self)
    let body =
      "{\"at\":\"2026-03-14T09:26:53.589793Z\",\"by\":\"0123456789abcdef0123456789abcdef\","
      + "\"run\":\"x\",\"type\":\"test.made\",\"v\":1}"
    #expect(text == "{\"id\":\"\(ContentHasher.contentID(of: Array(body.utf8)).hex)\",\(body.dropFirst())")
  }

  @Test("an event reads back as it was made, unknown fields among its own")
  func roundTrip() throws {
    let previous = ContentHasher.contentID(of: [1])
    let fields: JSONObject = ["run": "x", "later": ["a": [1, 2]]]
    let made = Event.encode(
      type: "new.type", fields: fields, at: Timestamp(microseconds: 5), writer: try #require(writer),
      previous: previous)
    #expect(made.line.last == UInt8(ascii: "\n"))
    #expect(try Event(line: made.line.dropLast()) == made.event)
    #expect(made.event.previous == previous)
  }

  @Test("a flipped bit anywhere in a line is noticed")
  func flipped() throws {
    let good = try line()
    for index in good.indices {
      for bit in 0..<8 {
        var bad = good
        bad[index] ^= 1 << bit
        #expect(throws: EventError.self) { try Event(line: bad) }
      }
    }
  }

  @Test("a line cut short anywhere is noticed")
  func cut() throws {
    let good = try line()
    for count in good.indices {
      #expect(throws: EventError.self) { try Event(line: Array(good[..<count])) }
    }
  }

  @Test(
    "a line with the right hash but wrong common fields is refused, by name",
    arguments: [
      ("{\"by\":\"0123456789abcdef0123456789abcdef\",\"type\":\"t\",\"v\":1}", "at"),
      ("{\"at\":\"yesterday\",\"by\":\"0123456789abcdef0123456789abcdef\",\"type\":\"t\",\"v\":1}", "at"),
      ("{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"x\",\"type\":\"t\",\"v\":1}", "by"),
      ("{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"0123456789abcdef0123456789abcdef\",\"v\":1}", "type"),
      ("{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"0123456789abcdef0123456789abcdef\",\"type\":\"\",\"v\":1}", "type"),
      ("{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"0123456789abcdef0123456789abcdef\",\"type\":\"t\",\"v\":0}", "v"),
      ("{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"0123456789abcdef0123456789abcdef\",\"type\":\"t\"}", "v"),
      (
        "{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"0123456789abcdef0123456789abcdef\",\"prev\":\"x\",\"type\":\"t\",\"v\":1}",
        "prev"
      ),
      (
        "{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"0123456789abcdef0123456789abcdef\",\"id\":\"x\",\"type\":\"t\",\"v\":1}",
        "id"
      ),
    ])
  func commonFields(body: String, field: String) {
    #expect(throws: EventError.malformedField(field)) { try Event(line: sealed(body)) }
  }

  @Test("a body that isn't JSON is refused even with the right hash")
  func notJSON() {
    #expect(throws: EventError.self) { try Event(line: sealed("{\"at\":}")) }
    #expect(throws: EventError.self) { try Event(line: sealed("{\"at\":1,\"at\":1}")) }
    #expect(throws: EventError.notAnEvent) { try Event(line: []) }
    #expect(throws: EventError.notAnEvent) { try Event(line: Array("{\"a\":1}".utf8)) }
  }

  @Test("an event of a newer version is read but not interpreted")
  func newer() throws {
    let event = try Event(
      line: sealed(
        "{\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"0123456789abcdef0123456789abcdef\","
          + "\"run\":\"00000000000000000000000000000001\",\"type\":\"run.deleted\",\"v\":2}"))
    #expect(event.version == 2)
    #expect(throws: FactError("v")) { try event.fact(RunDeleted.self) }
  }

  @Test("an event of one type isn't a fact of another")
  func otherType() throws {
    #expect(throws: FactError("type")) { try Event(line: line()).fact(RunDeleted.self) }
  }

  @Test("random bytes never pass for an event", arguments: [1, 2, 3] as [UInt64])
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let good = try line()
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...20, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if bytes != good { #expect(throws: EventError.self) { try Event(line: bytes) } }
    }
  }

  @Test("the hash of a run's record is that of its canonical text, without the hash itself")
  func digest() {
    let ended: JSONObject = ["exit": 0, "record": "x"]
    let text = "{\"ended\":{\"exit\":0},\"logged\":[{\"a\":1}],\"started\":{\"b\":2}}"
    #expect(
      RunDigest.contentID(started: ["b": 2], logged: [["a": 1]], ended: ended)
        == ContentHasher.contentID(of: Array(text.utf8)))
  }

  @Test("look-ups that don't say that they are complete aren't taken for it")
  func lookups() throws {
    let complete = RunLookups()
    #expect(complete.fields == ["complete": true])
    #expect(try RunLookups(fields: complete.fields) == complete)
    for text in ["{}", "{\"cut\":true}", "{\"missed\":[\"a\"]}", "{\"complete\":false}"] {
      let fields = try #require(try JSON(parsing: text).object)
      #expect(try RunLookups(fields: fields).isCut)
    }
    let malformed = try #require(try JSON(parsing: "{\"listed\":[{\"path\":\"a\",\"names\":\"x\"}]}").object)
    #expect(throws: FactError("listed.names")) { try RunLookups(fields: malformed) }
  }

  @Test("a stage is written down with its definition, unless that is long")
  func stage() throws {
    let definition: JSON = ["cmd": ["x"], "params": ["params.yaml": ["a": .double(1.5)]], "v": 1]
    let stage = RunStage(file: "mlt.yaml", name: "train@1", definition: definition)
    #expect(stage.declared == definition && stage.definition == ContentHasher.contentID(of: definition.canonicalBytes))
    var started = RunStarted(
      run: RunID.random(), component: "train", command: [], directory: ".", git: nil, host: "", user: "")
    started.stage = stage
    #expect(try RunStarted(fields: started.fields).stage == started.stage)
    let long: JSON = ["cmd": [.string(String(repeating: "x", count: RunStage.declaredLimit))]]
    started.stage = RunStage(file: "mlt.yaml", name: "long", definition: long)
    #expect(
      started.stage?.declared == nil && started.stage?.definition == ContentHasher.contentID(of: long.canonicalBytes))
    #expect(try RunStarted(fields: started.fields).stage == started.stage)
    let malformed = try #require(try JSON(parsing: "{\"file\":\"f\",\"name\":\"n\"}").object)
    var fields = started.fields
    fields["stage"] = .object(malformed)
    #expect(throws: FactError.self) { try RunStarted(fields: fields) }
  }

  @Test("values that a newer version has added hide no more than themselves")
  func newerValues() throws {
    let fields = try #require(
      try JSON(
        parsing: Array(
          """
          {"evidence":"sworn","exit":0,"inputs":[{"evidence":"dreamt","kind":"file","path":"a"},
          {"evidence":"declared","kind":"table","path":"b"}],"run":"\(String(repeating: "1", count: 32))",
          "status":"finished"}
          """.utf8)
      ).object)
    let ended = try RunEnded(fields: fields)
    #expect(ended.evidence == .declared)
    #expect(ended.inputs.map(\.path) == ["a"])
    #expect(ended.inputs.first?.evidence == .declared)
    var missing = fields
    missing["evidence"] = nil
    #expect(throws: FactError("evidence")) { try RunEnded(fields: missing) }
  }

  @Test("two spellings of one key are refused, for one of them would be lost")
  func spellings() throws {
    let fields = try #require(
      try JSON(
        parsing: Array(
          "{\"params\":{\"e\u{301}\":\"1\",\"\u{e9}\":\"2\"},\"run\":\"\(String(repeating: "1", count: 32))\"}".utf8)
      ).object)
    #expect(throws: FactError.self) { try RunLogged(fields: fields) }
  }
}

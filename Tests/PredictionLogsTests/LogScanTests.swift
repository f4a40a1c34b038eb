import MLTBase
import PredictionLogs
import SystemPackage
import TestSupport
import Testing

/// Reading logs row by row.
@Suite struct LogScanTests {
  private func values(_ values: [PredictionRow.Value]) -> [String] { values.map { "\($0.name)=\($0.text)" } }

  @Test(
    "a table's fields may hold delimiters, quotes and line ends", arguments: [1, 2, 3, 7, 4096])
  func quoted(_ length: Int) throws {
    let text = "\u{FEFF}id,score,note\r\n7,0.5,\"a, \"\"b\"\"\nc\"\r\n\r\n\"8\n\",1,5\" pipe\r\n9,,"
    try withTemporaryFolder { folder in
      let log = try LogFixture(Array(text.utf8), name: "log.csv", pieces: length, in: folder)
      #expect(log.layout.key == "id" && log.layout.outputs == ["score"] && log.layout.time == nil)
      #expect(log.summary.rows == 3 && log.summary.bad == 0, "\(log.summary)")
      let first = try #require(try log.find("7").first)
      #expect(
        first.number == 1 && values(first.inputs) == ["note=a, \"b\"\nc"] && values(first.outputs) == ["score=0.5"])
      let second = try #require(try log.find("8\n").first)
      #expect(second.number == 2 && values(second.inputs) == ["note=5\" pipe"])
      #expect(try log.find("9").map(\.number) == [3])
      #expect(try log.find("10").isEmpty && log.find("").isEmpty)
    }
  }

  @Test("a line of JSON is found by what its members say, wherever these are", arguments: [1, 5, 4096])
  func lines(_ length: Int) throws {
    let text = """
      {"ts": 1700000000, "user": {"id": "a\\u0062", "n": [1, {"x": "}"}]}, "score": NaN, "model": "v1"}

      {"user": {"id": 12}, "ts": "2026-11-20", "score": -1.5e3, "model": null}
      {"ts": 1, "user": 7}
      not json
      """
    try withTemporaryFolder { folder in
      var choice = ColumnChoice()
      choice.key = "user.id"
      let log = try LogFixture(Array(text.utf8), choice, pieces: length, in: folder)
      #expect(log.layout.format == .jsonLines && log.layout.time == "ts" && log.layout.model == "model")
      #expect(log.summary.rows == 4)
      #expect(log.summary.problems.map(\.row) == [3, 4])
      #expect(log.summary.problems.map(\.reason) == ["'1' is no time", "it isn't a JSON object"])
      let first = try #require(try log.find("ab").first)
      #expect(first.time == Timestamp(microseconds: 1_700_000_000_000_000) && first.model == "v1")
      #expect(values(first.outputs) == ["score=NaN"])
      #expect(values(first.inputs) == [#"user={"id": "a\u0062", "n": [1, {"x": "}"}]}"#])
      let second = try #require(try log.find("12").first)
      #expect(second.number == 2 && second.model == nil && second.time?.description == "2026-11-20T00:00:00.000000Z")
    }
  }

  @Test(
    "a bad row is counted with its number and reason, and the others are read",
    arguments: [
      ("key,time\n1,2026-01-01\n2\n3,2026-01-03\n", 2, "it has 1 fields, not 2"),
      ("key,time\n1,2026-01-01\n2,noon\n3,2026-01-03\n", 2, "'noon' is no time"),
      ("key,time\n1,2026-01-01\n2,\n3,2026-01-03\n", 2, "it has no 'time'"),
      ("key,time\n1,2026-01-01\n,2026-01-02\n3,2026-01-03\n", 2, "it has no 'key'"),
      ("key,time\n1,2026-01-01\n\"2,2026-01-02\n3,2026-01-03\n", 2, "a quote isn't closed"),
      ("{\"key\":1}\n{\"key\":[2]}\n{\"key\":3}\n", 2, "it has no 'key'"),
      ("{\"key\":1}\n{\"key\":2\n{\"key\":3}\n", 2, "it isn't a JSON object"),
    ])
  func bad(_ text: String, _ row: Int64, _ reason: String) throws {
    try withTemporaryFolder { folder in
      let log = try LogFixture(text, in: folder)
      #expect(log.summary.rows == 3 && log.summary.bad == 1)
      #expect(log.summary.problems == [RowProblem(row: row, reason: reason)])
      #expect(try log.find("1").count == 1 && log.find("3").map(\.number) == [3])
      // What has a key is found, with what is wrong.
      if let found = try log.find("2").first { #expect(found.problem == reason) }
    }
  }

  @Test("a row longer than any may be is passed over", arguments: [#"2,"#, #"2,""#])
  func long(_ start: String) throws {
    let long = start + String(repeating: "x", count: 5 << 20)
    try withTemporaryFolder { folder in
      let log = try LogFixture(Array("key,text\n1,a\n\(long)\n3,b\n".utf8), pieces: 1 << 18, in: folder)
      #expect(log.summary.rows == 3)
      #expect(log.summary.problems.map(\.row) == [2])
      #expect(try log.find("3").map(\.number) == [3])
    }
  }

  @Test("the same bytes make the same rows, whatever pieces they come in", arguments: 0..<40 as Range<UInt64>)
  func pieces(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("ab1,\"\n\r{}:[]\\\t;".utf8) + [0xFF, 0xEF]
    let isTable = seed % 2 == 0
    let head = isTable ? "key,b\n" : "{\"key\":1}\n"
    let bytes = Array(head.utf8) + (0..<600).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
    let layout = try LogHead(BytesInMemory(Array(head.utf8))).layout(ColumnChoice(), name: "log")
    var all: [LogSummary] = []
    for length in [1, 3, 64, 1000] {
      let scan = LogScan(layout)
      try LogFixture.feed(bytes, length, to: scan)
      all.append(try scan.finish())
    }
    #expect(Set(all).count == 1)
    // And what has a key is found again.
    try withTemporaryFolder { folder in
      var choice = ColumnChoice()
      choice.key = "key"
      guard let log = try? LogFixture(bytes, choice, in: folder) else { return }
      for key in ["a", "b", "1", "ab", "b1"] { _ = try log.find(key) }
    }
  }

  @Test("models are counted, and times bound the log")
  func counts() throws {
    let rows = (0..<3000).map { "\($0),\(1_700_000_000 + $0),v\($0 % 3)" }
    try withTemporaryFolder { folder in
      let log = try LogFixture("key,time,model\n" + rows.joined(separator: "\n"), in: folder)
      #expect(log.summary.models == ["v0": 1000, "v1": 1000, "v2": 1000] && !log.summary.hasMoreModels)
      #expect(log.summary.first?.microseconds == 1_700_000_000_000_000)
      #expect(log.summary.last?.microseconds == 1_700_002_999_000_000)
      let many = try LogFixture(
        "key,model\n" + (0..<3000).map { "\($0),m\($0)" }.joined(separator: "\n"), in: folder)
      #expect(many.summary.models.count == LogScan.modelLimit && many.summary.hasMoreModels)
    }
  }

  @Test("a log without rows is a log", arguments: ["", "key,score\n", "\n\n"])
  func empty(_ text: String) throws {
    try withTemporaryFolder { folder in
      let log = try LogFixture(text, name: "log.csv", in: folder)
      #expect(log.summary.rows == 0 && log.summary.bad == 0)
      #expect(try log.find("1").isEmpty)
    }
  }
}

/// Finding out how a log is to be read.
@Suite struct LogLayoutTests {
  private func layout(_ text: String, _ choice: ColumnChoice = ColumnChoice(), name: String = "log") throws -> LogLayout
  {
    try LogHead(BytesInMemory(Array(text.utf8))).layout(choice, name: name)
  }

  @Test("columns are found by their names, however these are spelled")
  func names() throws {
    let layout = try layout("Customer ID;Predicted At;age;Model-Version;Y_hat\n1;2;3;4;5\n")
    #expect(layout.format == .table(delimiter: UInt8(ascii: ";")))
    #expect(layout.key == "Customer ID" && layout.time == "Predicted At" && layout.model == "Model-Version")
    #expect(layout.outputs == ["Y_hat"] && layout.inputs.isEmpty)
    #expect(try self.layout("loan_id,x\n").key == "loan_id")
  }

  @Test("what is said of the columns holds")
  func said() throws {
    var choice = ColumnChoice()
    (choice.key, choice.time, choice.inputs, choice.outputs) = ("a", "b", ["c"], ["d", "id"])
    let layout = try layout("id,a,b,c,d\n", choice)
    #expect(layout.key == "a" && layout.time == "b" && layout.inputs == ["c"] && layout.outputs == ["d", "id"])
  }

  @Test("what is no log is refused with the reason")
  func refused() throws {
    #expect(throws: LayoutProblem.binary) { try layout("PAR1\u{15}") }
    #expect(throws: LayoutProblem.binary) { try layout("a,b\0\n") }
    #expect(throws: LayoutProblem.jsonArray) { try layout("[{\"id\":1}]", name: "x.json") }
    #expect(throws: LayoutProblem.noKey(columns: ["a", "b"])) { try layout("a,b\n") }
    var choice = ColumnChoice()
    choice.key = "nowhere"
    #expect(throws: LayoutProblem.missingColumn("nowhere", columns: ["id", "b"])) { try layout("id,b\n", choice) }
    #expect(throws: LayoutProblem.utf16) {
      try LogHead(BytesInMemory([0xFF, 0xFE, 0x69, 0])).layout(ColumnChoice(), name: "x")
    }
  }
}

/// Times in rows.
@Suite struct MomentTests {
  @Test(
    "a time is read in the forms that logs have it",
    arguments: [
      ("2026-11-20T10:15:30Z", "2026-11-20T10:15:30.000000Z"),
      ("2026-11-20T10:15:30.1234567+02:00", "2026-11-20T08:15:30.123456Z"),
      ("2026-11-20 10:15", "2026-11-20T10:15:00.000000Z"),
      ("2026/11/20 10:15:30,5 -0330", "2026-11-20T13:45:30.500000Z"),
      ("2026-11-20 10:15:30 UTC", "2026-11-20T10:15:30.000000Z"), ("2024-02-29", "2024-02-29T00:00:00.000000Z"),
      ("20261120", "2026-11-20T00:00:00.000000Z"), ("20261120T101530Z", "2026-11-20T10:15:30.000000Z"),
      ("1700000000", "2023-11-14T22:13:20.000000Z"), ("1700000000.25", "2023-11-14T22:13:20.250000Z"),
      ("1700000000123", "2023-11-14T22:13:20.123000Z"), ("1700000000123456", "2023-11-14T22:13:20.123456Z"),
      ("1700000000123456789", "2023-11-14T22:13:20.123456Z"), ("  2026-11-20 ", "2026-11-20T00:00:00.000000Z"),
      ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000000Z"), ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000Z"),
    ])
  func read(_ text: String, _ wanted: String) {
    #expect(Moment.read(text)?.description == wanted)
  }

  @Test(
    "what is no time isn't taken for one",
    arguments: [
      "", "noon", "2026", "2026-13-01", "2026-02-29", "2026-11-20T25:00:00Z", "2026-11-20T10", "12:30", "1", "12345678",
      "99999999999999999999", "2026-11-20T10:15:30+2", "2026-11-20T10:15:30.Z", "1700000000.", "0000-01-01", "--",
      "2026-11-20T10:15:30ZZ", "NaN", "1e9",
    ])
  func refused(_ text: String) {
    #expect(Moment.read(text) == nil)
  }
}

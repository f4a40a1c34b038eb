import ContentComparison
import MLTBase
import Testing

/// What is said of one content.
@Suite struct ContentProfileTests {
  private func profile(
    _ text: String, _ name: String, _ limits: ContentLimits = ContentLimits()
  ) throws -> ContentProfile {
    try ContentProfile(of: BytesInMemory(Array(text.utf8)), name: name, limits: limits)
  }

  @Test("a table's columns are told with their kinds, missing values, ranges and values")
  func table() throws {
    let found = try profile(
      #"""
      id,price,day,city,seen,note,at
      1,2.5,2026-01-01,Ulm,true,,12:30
      2,,2026-01-03,"Bonn, am Rhein",False,NA,12:45
      3,7.5,2026-01-02,Ulm,true,"a ""b""",13:00

      """#, "t.csv")
    #expect(found.format == .table && found.rows == 3 && found.encoding == .utf8 && found.sample == nil)
    #expect(found.columns.map(\.name) == ["id", "price", "day", "city", "seen", "note", "at"])
    #expect(found.columns.map(\.kind) == [.integer, .real, .date, .text, .boolean, .text, .time])
    #expect(found.columns.map(\.missing) == [0, 1, 0, 0, 0, 2, 0])
    let price = try #require(found.column("price")?.numbers)
    #expect(price.count == 2 && price.least == 2.5 && price.greatest == 7.5 && price.mean == 5)
    #expect((price.deviation - 12.5.squareRoot()).magnitude < 1e-12)
    let day = try #require(found.column("day"))
    #expect(day.numbers.map { day.text($0.greatest) } == "2026-01-03")
    let city = try #require(found.column("city"))
    #expect(city.common == [ValueCount(value: "Ulm", count: 2), ValueCount(value: "Bonn, am Rhein", count: 1)])
    #expect(city.least == "Bonn, am Rhein" && city.greatest == "Ulm" && city.isCommonComplete)
    let note = try #require(found.column("note"))
    #expect(note.constant == "a \"b\"")
    #expect(Set(note.missingSpellings.map(\.value)) == ["", "NA"])
  }

  @Test(
    "numbers are read however they are spelt",
    arguments: [
      ("1", 1.0), ("-17", -17), ("+4", 4), ("0.07", 0.07), ("0.1", 0.1), (".5", 0.5), ("5.", 5), ("1e3", 1000),
      ("-2.5E-3", -0.0025), ("1234567890123456", 1_234_567_890_123_456),
      ("1234567890123456789000", 1.234567890123456789e21),
      ("1e-300", 1e-300), (" 3 ", 3), ("9007199254740993", 9_007_199_254_740_992),
    ])
  func numbers(_ text: String, _ value: Double) throws {
    let column = try #require(try profile("a,b\n\(text),x\n", "t.csv").columns.first)
    #expect(column.kind == .integer || column.kind == .real)
    let mean = try #require(column.numbers?.mean)
    #expect((mean - value).magnitude <= value.magnitude * 1e-15)
  }

  @Test("what only looks like a number is text", arguments: ["1.2.3", "1e", "--1", "1-2", "12a", "0x10", "-", "."])
  func noNumbers(_ text: String) throws {
    #expect(try profile("a,b\n\(text),x\n", "t.csv").columns.first?.kind == .text)
  }

  @Test("separators, line ends, missing headers and doubled names are made out")
  func dialects() throws {
    #expect(try profile("a;b\r\n1;2,5\r\n", "t.csv").columns.map(\.name) == ["a", "b"])
    #expect(try profile("a;b\n1;2,5\n", "t.csv").column("b")?.numbers?.mean == 2.5)
    #expect(try profile("a\tb\n1\t2\n", "t.tsv").rows == 1)
    let bare = try profile("1,2\n3,4\n5,6\n", "t.csv")
    #expect(bare.rows == 3 && bare.columns.map(\.name) == ["column 1", "column 2"])
    #expect(try profile("a,a,\n1,2,3\n", "t.csv").columns.count == 3)
    #expect(try profile("a,b\n1,2", "t.csv").rows == 1)
    #expect(try profile("a,b\n\"x\ny\",2\n\n", "t.csv").rows == 1)
    #expect(try profile("\u{FEFF}a,b\n1,2\n", "t.csv").columns.first?.name == "a")
  }

  @Test("UTF-16 and Latin-1 are read as what they are")
  func encodings() throws {
    let text = "name,n\nMüller,1\n"
    var wide: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    let utf16 = try ContentProfile(of: BytesInMemory(wide), name: "t.csv")
    #expect(utf16.encoding == .utf16LittleEndian && utf16.columns.first?.constant == "Müller")
    let narrow = text.unicodeScalars.map { UInt8($0.value) }
    let latin = try ContentProfile(of: BytesInMemory(narrow), name: "t.csv")
    #expect(latin.encoding == .latin1 && latin.columns.first?.constant == "Müller")
  }

  @Test("JSON Lines have columns by key, objects within are taken apart, absent keys are missing")
  func records() throws {
    let found = try profile(
      """
      {"id": 1, "user": {"name": "a", "tags": [1, 2]}, "x": NaN}
      {"user": {"name": "b\\u00e9"}, "id": 2.5, "extra": null}
      """, "t.jsonl")
    #expect(found.format == .jsonLines && found.rows == 2)
    #expect(found.columns.map(\.name) == ["id", "user.name", "user.tags", "x", "extra"])
    #expect(found.columns.map(\.kind) == [.real, .text, .nested, .empty, .empty])
    #expect(found.columns.map(\.missing) == [0, 0, 1, 2, 2])
    #expect(found.column("user.name")?.greatest == "bé")
  }

  @Test("a list of objects is a table, and one object a table of one row")
  func json() throws {
    #expect(try profile(#"[{"a": 1}, {"a": 2}]"#, "t.json").rows == 2)
    let metrics = try profile(#"{"acc": 0.9, "by": {"x": 1}}"#, "m.json")
    #expect(metrics.rows == 1 && metrics.columns.map(\.name) == ["acc", "by.x"])
    let list = try profile("[1, 2]", "t.json")
    #expect(list.format == .json && list.columns == [] && list.remark == nil)
  }

  @Test("what breaks the rules of its format is read as text, and why is said")
  func malformed() throws {
    let table = try profile("a,b\n1,2\n1\n1\n1\n", "t.csv")
    #expect(table.format == .text && table.lines == 5)
    #expect(table.remark == "read as other than a table, since row 2 has 1 cell where the first has 2")
    #expect(try profile("{\"a\": 1}\n{\"a\": \n", "t.jsonl").format == .text)
    #expect(try profile("{\"a\": ", "t.json").format == .text)
    #expect(try profile("a,b\n1,\"2\n", "t.csv").format == .text)
    #expect(try ContentProfile(of: BytesInMemory([0, 1, 2, 0, 0xFF]), name: "t.csv").format == .binary)
    let ragged = try profile("a,b\n" + String(repeating: "1,2\n", count: 50) + "1,2,3\n", "t.csv")
    #expect(ragged.format == .table)
    #expect(ragged.remark == "1 row with another number of cells, first row 51 with 3 for 2")
  }

  @Test("a large file is sampled in whole rows, and says so")
  func sample() throws {
    var text = "id,v\n"
    for row in 0..<200_000 { text += "\(row),\(row % 10)\n" }
    let found = try profile(text, "t.csv", ContentLimits(bytes: 1 << 18))
    let sample = try #require(found.sample)
    #expect(sample.isSpread && sample.bytes == 1 << 18)
    #expect((try #require(found.rows) - 200_000).magnitude < 4000)
    #expect((try #require(found.column("id")?.numbers).mean - 100_000).magnitude < 5000)
    #expect(found.column("v")?.distinct == 10)
    #expect(found.remark == nil)
  }

  @Test("distinct values are counted nearly where they are many")
  func distinct() throws {
    let lines = (0..<50_000).map { "\($0),\($0 % 500)\n" }.joined()
    let found = try profile("id,v\n" + lines, "t.csv")
    let id = try #require(found.column("id"))
    #expect(!id.isDistinctExact && (id.distinct - 50_000).magnitude < 2500)
    let value = try #require(found.column("v"))
    #expect(value.isDistinctExact && value.distinct == 500 && value.common.count == 10)
  }

  @Test("a profile comes back from its JSON, through text too")
  func roundTrip() throws {
    for (text, name) in [("a,b,c\n1,x,2026-01-01\n2.5,,\n", "t.csv"), (#"{"a": 1e300}"#, "t.json"), ("x\n", "t.txt")] {
      let found = try profile(text, name)
      #expect(ContentProfile(json: found.json) == found)
      #expect(ContentProfile(json: try JSON(parsing: found.json.canonicalText)) == found)
    }
    #expect(ContentProfile(json: ["version": 1]) == nil)
  }

  @Test("nothing traps, whichever byte is another or missing", arguments: ["t.csv", "t.jsonl", "t.json", "t.txt"])
  func anyBytes(_ name: String) throws {
    let text =
      name == "t.csv"
      ? "id;price;day\r\n1;2.5;2026-01-01T10:00:00Z\r\n\"2\"\"\";-inf;\"x\ny\"\r\n"
      : "{\"a\": {\"b\\\"\": [1, {\"c\": null}]}, \"d\": \"2026-01-01\"}\n{\"a\": -1.5e3, \"d\": \"\\u00e9\"}\n"
    let bytes = Array(text.utf8)
    for place in bytes.indices {
      _ = try ContentProfile(of: BytesInMemory(Array(bytes.prefix(place))), name: name)
      for flip: UInt8 in [1, 0x20, 0x80, 0xFF] {
        var other = bytes
        other[place] ^= flip
        _ = try ContentProfile(of: BytesInMemory(other), name: name)
      }
    }
  }
}

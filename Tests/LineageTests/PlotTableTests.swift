import Lineage
import Testing

/// Columns of files that are drawn.
@Suite struct PlotTableTests {
  private func table(_ text: String, _ name: String, hasHeader: Bool = true) throws -> PlotTable {
    try PlotTable(Array(text.utf8), name: name, hasHeader: hasHeader)
  }

  private func numbers(_ table: PlotTable, _ column: String) -> [Double?]? { table.column(column)?.map(\.number) }

  @Test(
    "the same table is read from CSV, TSV, JSON and YAML",
    arguments: [
      ("a.csv", "epoch,loss\n0,0.5\n1,0.25\n"), ("a.CSV", "\u{FEFF}epoch, loss\r\n0, 0.5\r\n\r\n1, 0.25"),
      ("a.csv", "\"epoch\",\"loss\"\n\"0\",\"0.5\"\n1,\"0.25\"\n"), ("a.tsv", "epoch\tloss\n0\t0.5\n1\t0.25\n"),
      ("a.csv", "epoch,loss\r0,0.5\r1,0.25\r"),
      ("a.json", #"[{"epoch": 0, "loss": 0.5}, {"epoch": 1, "loss": 0.25}]"#),
      ("a.json", #"{"about": [1, 2], "train": {"x": [{"epoch": 0, "loss": 0.5}, {"epoch": 1, "loss": 0.25}]}}"#),
      // Lists of objects are put together row by row.
      ("a.json", #"{"a": [{"epoch": 0, "loss": 0.5}, {"epoch": 1, "loss": 0.25}], "b": [{"lr": 1}, {"lr": 2}]}"#),
      ("a.yaml", "- {epoch: 0, loss: 0.5}\n- {epoch: 1, loss: 0.25}\n"),
      ("a.yml", "train:\n- epoch: 0\n  loss: 0.5\n- epoch: 1\n  loss: 0.25\n"),
    ])
  func formats(name: String, text: String) throws {
    let table = try table(text, name)
    #expect(table.names.prefix(2) == ["epoch", "loss"] && table.count == 2 && table.lastName == "loss")
    #expect(numbers(table, "epoch") == [0, 1] && numbers(table, "loss") == [0.5, 0.25])
    #expect(table.column("nothing") == nil)
  }

  @Test("without a header columns are called by their places, and a name that comes twice by its place, too")
  func names() throws {
    let plain = try table("5,6\n7,8\n", "a.csv", hasHeader: false)
    #expect(plain.names == ["0", "1"] && plain.count == 2 && numbers(plain, "1") == [6, 8])
    #expect(try table("a,,a\n1,2,3\n", "a.csv").names == ["a", "1", "2"])
  }

  @Test("quoted cells may hold separators, quotes and lines")
  func quotes() throws {
    let table = try table("name,v\n\"a, \"\"b\"\"\nc\",1\n\"\"\"\"\"\",2\n", "a.csv")
    #expect(table.column("name")?.map(\.name) == ["a, \"b\"\nc", "\"\""] && numbers(table, "v") == [1, 2])
  }

  @Test("nothing is NaN, however it is written, and text is no number")
  func missing() throws {
    let table = try table("v\nNaN\nNA\n null \ninf\nabc\n2024-05-06T07:08:09Z\n1e3\n", "a.csv")
    let values = try #require(table.column("v"))
    #expect(values.prefix(3).allSatisfy { $0.number?.isNaN == true })
    #expect(values[3].number == .infinity && values[4].number == nil && values[6].number == 1000)
    #expect(values[5].moment == 1_714_979_289 && values[4].moment == nil)
    let json = try self.table(#"[{"a": NaN, "b": null, "c": 1, "d": true}, {"c": 3.5}]"#, "a.json")
    #expect(json.column("a")?.map { $0.number?.isNaN } == [true, true] && json.numericNames == ["c"])
    #expect(json.column("c")?.map(\.name) == ["1", "3.5"] && json.column("d")?.map(\.name) == ["true", ""])
  }

  @Test("a row that is still being written is left out, any other of another length is refused with its number")
  func ragged() throws {
    #expect(try table("a,b\n1,2\n3", "a.csv").count == 1)
    let error = #expect(throws: FilePlotProblem.Reason.self) { _ = try table("a,b\n1,2\n3\n4,5\n", "a.csv") }
    guard case .raggedRow(2, cells: 1, expected: 2) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a row with a quote that is never closed is refused, unless it is the last and still being written")
  func openQuotes() throws {
    let error = #expect(throws: FilePlotProblem.Reason.self) { _ = try table("a,b\n1,2\n3,\"4\n5,6\n", "a.csv") }
    guard case .damagedRow(2) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try numbers(table("a,b\n1,2\n3,\"4", "a.csv"), "b") == [2])
  }

  @Test("lines may end with carriage returns alone")
  func carriageReturns() throws {
    #expect(try numbers(table("a,b\r1,2\r\r3,4\r", "a.csv"), "b") == [2, 4])
  }

  @Test(
    "what has nothing to draw is refused",
    arguments: [
      ("a.csv", ""), ("a.csv", "\n\n"), ("a.csv", "a,b\n"), ("a.csv", "a\0b\n1\n"), ("a.csv", "\"open"),
      ("a.json", ""), ("a.json", "[]"), ("a.json", "{}"), ("a.json", "[1, 2]"), ("a.json", "[{}]"),
      ("a.json", "[{\"a\": 1}, 2]"), ("a.json", "{"), ("a.json", String(repeating: "[", count: 100_000)),
      ("a.yaml", "a: b: c"), ("a.yaml", "text"), ("a.txt", "a\n1\n"), ("csv", "a\n1\n"),
    ])
  func refused(name: String, text: String) {
    #expect(throws: FilePlotProblem.Reason.self) { _ = try table(text, name) }
  }

  @Test("bytes that are no text are refused, wherever they stand", arguments: ["a.csv", "a.tsv", "a.json", "a.yaml"])
  func binary(name: String) {
    for seed in UInt8(0)..<32 {
      let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ Int(seed) &* 31) | (seed % 2 == 0 ? 0x80 : 0) }
      #expect(throws: FilePlotProblem.Reason.self) { _ = try PlotTable(bytes, name: name, hasHeader: true) }
    }
  }

  @Test("any beginning of a table is read or refused, but never does harm")
  func beginnings() {
    let text = Array("a,\"b \"\"c\"\" d\",e\r\n1,\"x\ny\",3\r\n\"\",,\"\r\n".utf8)
    for end in 0...text.count {
      let table = try? PlotTable(Array(text.prefix(end)), name: "a.csv", hasHeader: end % 2 == 0)
      for name in table?.names ?? [] { #expect(table?.column(name)?.count == table?.count) }
    }
  }

  @Test("templates go by DVC's names")
  func templates() {
    #expect(PlotTemplate(name: "default") == .linear && PlotTemplate(name: "bar_horizontal") == .barHorizontal)
    #expect(PlotTemplate(name: "Linear") == nil && PlotTemplate.allCases.count == 9)
  }
}

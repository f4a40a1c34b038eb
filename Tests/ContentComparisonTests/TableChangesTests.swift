import ContentComparison
import MLTBase
import Testing

/// How differences of tables are told.
@Suite struct TableChangesTests {
  /// A table of 300 rows: number, day, country, price, age and a measure.
  private static func rows() -> [[String]] {
    (0..<300).map { row in
      let hash = (row &* 7919 &+ 13) % 1009
      return [
        "\(1000 + row)", "2026-01-\(row % 28 + 1 < 10 ? "0" : "")\(row % 28 + 1)", ["DE", "FR", "IT"][hash % 3],
        "\(Double(hash) / 8 + 1)", "\(hash % 90)", "\(Double(hash % 97) - 40.5)",
      ]
    }
  }

  private static let header = ["id", "day", "country", "price", "age", "score"]

  private func text(_ rows: [[String]], _ header: [String] = header) -> String {
    ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private func changes(
    _ before: String, _ after: String, _ name: String = "t.csv", _ limits: ContentLimits = ContentLimits()
  ) throws -> ContentChanges {
    try ContentChanges(
      from: BytesInMemory(Array(before.utf8)), to: BytesInMemory(Array(after.utf8)), name: name, limits: limits)
  }

  private func changes(_ edit: (Int, inout [String]) -> Void) throws -> ContentChanges {
    var rows = Self.rows()
    for index in rows.indices { edit(index, &rows[index]) }
    return try changes(text(Self.rows()), text(rows))
  }

  @Test("a unit that changed is said first, in all rows or in some")
  func units() throws {
    let all = try changes { _, row in row[3] = "\((Double(row[3]) ?? 0) * 100)" }
    #expect(all.headlines == ["'price' is 100 times what it was in all rows"])
    #expect(all.table?.matching == .key(["id"]) && all.table?.changedRows == 300)
    #expect(all.table?.columns.map(\.name) == ["price"] && all.table?.columns.first?.changedCells == 300)
    let some = try changes { _, row in if row[2] == "DE" { row[3] = "\((Double(row[3]) ?? 0) / 1000)" } }
    #expect(some.headlines.first?.hasPrefix("'price' is 1/1,000 of what it was in ") == true)
    let warm = try changes { _, row in row[5] = "\((Double(row[5]) ?? 0) * 1.8 + 32)" }
    #expect(warm.headlines == ["'score' is 1.8 times what it was, plus 32 (as Celsius to Fahrenheit) in all rows"])
  }

  @Test("shifts, constants, signs, rounding, gaps and moved values are made out")
  func rules() throws {
    let base = Self.rows()
    let constant = try changes { _, row in row[4] = "0" }
    #expect(constant.headlines.first == "all of 'age' is 0 now")
    let negative = try changes { _, row in row[5] = "\(-(Double(row[5]) ?? 0))" }
    #expect(negative.headlines == ["'score' has the opposite sign in all rows"])
    let more = try changes { _, row in row[4] = "\((Int(row[4]) ?? 0) + 5)" }
    #expect(more.headlines == ["'age' is 5 more in all rows"])
    let rounded = try changes { _, row in row[3] = "\(Int((Double(row[3]) ?? 0).rounded()))" }
    #expect(rounded.headlines.first?.hasPrefix("'price' is rounded to whole numbers in") == true)
    let gaps = try changes { index, row in if index % 5 == 0 { row[4] = "" } }
    #expect(gaps.headlines.first == "'age' is missing now in 60 of 300 rows (20 %)")
    let later = try changes { _, row in row[1] = row[1].replacing("2026-01", with: "2026-02") }
    #expect(later.headlines.first == "'day' moved by 31 days forward in all rows")
    let lagged = try changes { index, row in row[5] = index > 0 ? base[index - 1][5] : "" }
    #expect(lagged.headlines.first?.hasPrefix("'score' is moved down by one row") == true)
    let shuffled = try changes { index, row in row[5] = base[(index * 7 + 3) % 300][5] }
    #expect(shuffled.headlines.first?.hasPrefix("'score' has the same values in other rows") == true)
    let typo = try changes { index, row in if index == 7 { row[3] = "oops" } }
    #expect(typo.headlines.first == "'price' was numbers, and holds 1 cell of another kind now")
    #expect(
      typo.table?.examples == [
        CellChange(row: 8, key: "1007", column: "price", before: base[7][3], after: "oops")
      ])
  }

  @Test("rows that are gone, new, repeated or in another order are placed")
  func places() throws {
    let base = Self.rows()
    let before = text(base)
    #expect(try changes(before, text(Array(base[..<100] + base[150...]))).headlines == ["rows 101 to 150 are gone"])
    #expect(try changes(before, text(Array(base[..<100]))).headlines.first == "the last 200 rows are gone")
    #expect(try changes(before, text(Array(base.reversed()))).headlines == ["the same rows in another order"])
    #expect(try changes(before, text(base + base[20..<40])).headlines == ["20 rows stand there once more"])
    let few = try changes(before, text(base.filter { $0[2] != "DE" }))
    #expect(few.headlines.first == "all \(base.count { $0[2] == "DE" }) rows where 'country' is DE are gone")
    let none = try changes(before, text([]))
    #expect(none.headlines == ["it has no rows any more, and had 300"])
    let new = try changes(before, text(base + [["9000", "2026-02-01", "DE", "1.5", "3", "0.5"]]))
    #expect(new.headlines.first == "row 301 is new")
    #expect(new.table?.addedRows == 1 && new.table?.removedRows == 0 && new.table?.changedRows == 0)
  }

  @Test("the number that tells rows that are gone from those that stay is exact")
  func exactBound() throws {
    let totals = (0..<100).map { Double($0 * 37 % 101) * 1000.616 }
    let bound = 40 * 1000.616
    let rows = totals.enumerated().map { ["key\($0.offset)", "\($0.element)"] }
    let kept = zip(rows, totals).filter { $0.1 >= bound }.map(\.0)
    let found = try changes(text(rows, ["key", "total"]), text(kept, ["key", "total"]))
    #expect(
      found.headlines.first == "all \(100 - kept.count) rows with 'total' below \(bound) are gone",
      "\(found.headlines)")
  }

  @Test("without a key, rows are found by what else they hold")
  func withoutKey() throws {
    let base = Self.rows().map { Array($0.dropFirst()) }
    let header = Array(Self.header.dropFirst())
    let before = text(base, header)
    let gone = try changes(before, text(Array(base[..<100] + base[150...]), header))
    #expect(gone.headlines == ["rows 101 to 150 are gone"])
    var scaled = base
    for index in scaled.indices { scaled[index][2] = "\((Double(scaled[index][2]) ?? 0) * 2.54)" }
    let found = try changes(before, text(Array(scaled.reversed().dropLast(10)), header))
    #expect(found.headlines.first == "'price' is 2.54 times what it was (as inches to centimetres) in all rows")
    #expect(found.table?.removedRows == 10)
  }

  @Test("columns that are new, gone, renamed, moved or swapped are told")
  func columns() throws {
    let base = Self.rows()
    let before = text(base)
    let gone = try changes(before, text(base.map { Array($0.dropLast()) }, Array(Self.header.dropLast())))
    #expect(gone.headlines == ["column 'score' is gone"])
    var header = Self.header
    header[3] = "amount"
    #expect(try changes(before, text(base, header)).headlines == ["column 'price' is called 'amount' now"])
    let moved = try changes(before, text(base.map { $0.reversed() }, Self.header.reversed()))
    #expect(moved.headlines == ["the columns stand in another order"])
    let swapped = try changes { _, row in row.swapAt(4, 5) }
    #expect(swapped.headlines.first == "'age' and 'score' have changed places")
  }

  @Test("headers that are lost or come again, and rows that are cut off, are told")
  func frame() throws {
    let whole = text(Self.rows())
    let bare = String(whole.dropFirst(whole.prefix { $0 != "\n" }.count + 1))
    #expect(try changes(whole, bare).headlines == ["it has no header any more"])
    let twice = try changes(whole, whole + whole)
    #expect(twice.headlines == ["300 rows stand there once more", "the header comes again before row 301"])
    let cut = try changes(whole, String(whole.dropLast(20)))
    #expect(cut.headlines.contains("the last row is cut off") && cut.headlines.contains("row 300 is gone"))
    let open = try changes(whole, String(whole.dropLast(6)) + "\"0.5")
    #expect(open.headlines.contains("the last row is cut off"))
  }

  @Test("tables too large to match row by row are compared as wholes")
  func large() throws {
    var rows = Self.rows()
    for index in rows.indices { rows[index][3] = "\((Double(rows[index][3]) ?? 0) * 100)" }
    let found = try changes(text(Self.rows()), text(rows), "t.csv", ContentLimits(cells: 500))
    #expect(found.table?.matching == TableChanges.Matching.none && found.table?.changedRows == nil)
    #expect(found.headlines.first == "'price' is about 100 times what it was")
  }

  @Test("tables with nothing in common, empty ones and other formats are told")
  func unlike() throws {
    #expect(try changes("a,b\n1,2\n", "c,d\nx,y\n").headlines.count > 0)
    #expect(try changes("", "a,b\n1,2\n").headlines.first != nil)
    #expect(try changes("a,b\n1,2\n", "").headlines.first == "it is empty now")
    let other = try changes("a,b\n1,2\n", "a,b\n1\n1\n")
    #expect(other.headlines.first == "it is text now, and was a table")
    #expect(try changes("a;b\n1;2\n", "a,b\n1,2\n").headlines == ["the same cells, written otherwise"])
  }

  @Test("JSON Lines and lists of objects are tables")
  func records() throws {
    let lines = { (factor: Double) in
      (0..<50).map { "{\"id\": \($0), \"v\": \(Double($0 + 1) * factor)}\n" }.joined()
    }
    #expect(try changes(lines(1), lines(1000), "t.jsonl").headlines == ["'v' is 1,000 times what it was in all rows"])
    let list = { (factor: Double) in "[" + lines(factor).dropLast().replacing("\n", with: ",") + "]" }
    #expect(try changes(list(1), list(1000), "t.json").headlines == ["'v' is 1,000 times what it was in all rows"])
  }

  @Test("a change's JSON has its headlines and its table")
  func json() throws {
    let found = try changes { _, row in row[4] = "0" }
    #expect(found.json["headlines"]?.array?.first?.string == found.headlines.first)
    #expect(found.json["table"]?["key"]?.array?.first?.string == "id")
  }

  @Test("zeros in front of a number are there on purpose")
  func leadingZeros() throws {
    let rows = (0..<20).map { ["00\($0 + 10)", "\($0)"] }
    let found = try changes(
      text(rows, ["code", "n"]), text(rows.map { ["\(Int($0[0]) ?? 0)", $0[1]] }, ["code", "n"]))
    #expect(found.headlines.contains("'code' is whole numbers now, and was text"), "\(found.headlines)")
    #expect(!found.headlines.contains("the same cells, written otherwise"))
    let difference = try #require(
      ContentComparison.difference(Array("k,v\n007,0.5\n".utf8), Array("k,v\n7,0.50\n".utf8), name: "t.csv"))
    #expect(difference.otherCount == 1 && difference.differing == 0)
  }

  @Test("rows that end with carriage returns alone are rows")
  func carriageReturns() throws {
    let table = text(Self.rows())
    let found = try changes(table, table.replacing("\n", with: "\r"))
    #expect(found.format == .table && found.after.rows == 300)
    #expect(found.headlines == ["lines end with carriage returns alone", "the same cells, written otherwise"])
  }

  @Test("of a very wide table it is said that only the first columns were compared")
  func wide() throws {
    let names = (0..<3000).map { "c\($0)" }
    let rows = (0..<5).map { row in names.indices.map { "\(row * 7 + $0)" } }
    var others = rows
    others[2][2500] = "1"
    let far = try changes(text(rows, names), text(others, names))
    #expect(far.headlines.contains("only the first 1,000 columns were compared"))
    #expect(far.headlines.contains("the cells of these columns are the same"))
    let all = try changes(text(rows, names), text(rows.map { $0.map { $0 + "5" } }, names))
    #expect((try #require(all.table?.columns.count)) <= 1000)
  }

  /// Rows without end, made up as they are read.
  private final class Endless: RandomAccessBytes {
    let size: Int64
    private(set) var readBytes = 0
    private let last: UInt8

    init(size: Int64, last: UInt8) {
      self.size = size
      self.last = last
    }

    func read(at offset: Int64, count: Int) -> [UInt8] {
      let end = min(size, offset + Int64(count))
      guard offset >= 0, offset < end else { return [] }
      readBytes += Int(end - offset)
      // Each row takes 16 bytes; the tens of the number tell one from the next.
      let row = Array("1234567,abcd,9.\n".utf8)
      return (offset..<end).map { $0 == size - 2 ? last : row[Int($0 % 16)] }
    }
  }

  @Test("of 10 GB a sample is compared, which is said, and not more is read")
  func huge() throws {
    let (before, after) = (Endless(size: 10 << 30, last: 48), Endless(size: 10 << 30, last: 49))
    let found = try ContentChanges(
      from: before, to: after, name: "t.csv", areKnownToDiffer: true, limits: ContentLimits(bytes: 4 << 20))
    #expect(found.headlines.contains { $0.hasPrefix("compared by a sample: 4 MiB spread over 10 GiB") })
    #expect(before.readBytes < 16 << 20 && after.readBytes < 16 << 20)
  }
}

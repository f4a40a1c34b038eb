import ContentComparison
import Testing

/// How differences of contents are told.
@Suite struct ContentComparisonTests {
  private func difference(_ before: String, _ after: String, _ name: String) throws -> ContentDifference {
    try #require(ContentComparison.difference(Array(before.utf8), Array(after.utf8), name: name))
  }

  @Test("the same bytes don't differ", arguments: ["a.json", "a.csv", "a.npy", "a.npz", "a.txt", ""])
  func same(_ name: String) {
    #expect(ContentComparison.difference([1, 2, 3], [1, 2, 3], name: name) == nil)
    #expect(ContentComparison.difference([], [], name: name) == nil)
  }

  // MARK: JSON

  @Test("numbers in JSON are compared by value, and the largest difference is placed")
  func json() throws {
    let found = try difference(
      #"{"loss": 0.5, "acc": [1, 2, 3.0], "name": "x"}"#, #"{"loss": 0.25, "acc": [1, 2, 3.0], "name": "x"}"#, "m.json")
    #expect(found.format == .json)
    #expect(found.values == 4 && found.differing == 1)
    #expect(found.largestAbsolute == 0.25 && found.largestRelative == 0.5 && found.largestScaled == 0.25)
    #expect(found.place == "loss")
    #expect(found.isWithin(0.25) && !found.isWithin(0.2))
  }

  @Test("JSON that is only written differently is the same by value")
  func spelling() throws {
    let found = try difference(#"{"a":1,"b":2.50}"#, #"{ "b": 2.5, "a": 1.0 }"#, "m.json")
    #expect(found.values == 2 && found.differing == 0 && found.isWithin(0))
  }

  @Test("other keys, texts, lengths and kinds are no differences of numbers")
  func structure() throws {
    let found = try difference(
      #"{"a": 1, "list": [1, 2], "name": "x", "gone": 0, "flag": true}"#,
      #"{"a": "1", "list": [1], "name": "y", "new": 0, "flag": false}"#, "m.json")
    #expect(!found.isWithin(1e9))
    #expect(
      found.others == [
        "a: 1 against '1'", "flag: true against false", "gone is gone", "list: 2 elements against 1",
        "name: 'x' against 'y'", "new is new",
      ])
  }

  @Test("whole numbers keep all their digits")
  func wholeNumbers() throws {
    let found = try difference(
      "[9007199254740993, -9223372036854775808]", "[9007199254740992, 9223372036854775807]", "a.json")
    #expect(found.differing == 2)
    #expect(found.largestAbsolute == 0x1p64)
    #expect(try difference("[9007199254740993]", "[9007199254740992]", "a.json").largestAbsolute == 1)
  }

  @Test("what claims to be JSON and isn't is compared as text, as with Python's NaN")
  func notJSON() throws {
    let found = try difference(#"{"a": NaN, "b": 1.5}"#, #"{"a": NaN, "b": 1.25}"#, "m.json")
    #expect(found.format == .text && found.largestAbsolute == 0.25)
  }

  @Test("lines of JSON are told by their line")
  func jsonLines() throws {
    let found = try difference("{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n{\"a\":4}\n", "log.jsonl")
    #expect(found.format == .jsonLines && found.place == "line 2: a" && found.largestAbsolute == 2)
    #expect(try difference("{\"a\":1}\n", "{\"a\":1}\n{}\n", "log.jsonl").others == ["1 lines against 2"])
  }

  // MARK: Tables

  @Test(
    "a table's numbers are compared by row and column", arguments: [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t")])
  func table(_ name: String, _ separator: String) throws {
    func table(_ rows: [[String]]) -> String {
      rows.map { $0.joined(separator: separator) + "\r\n" }.joined()
    }
    let found = try difference(
      table([["id", "loss"], ["a b", "1.5"], ["c", "-3e-2"]]),
      table([["id", "loss"], ["a b", "1.75"], ["c", "-0.03"]]), name)
    #expect(found.format == .table && found.place == "row 1, column 'loss'")
    #expect(found.values == 2 && found.differing == 1 && found.largestAbsolute == 0.25 && found.otherCount == 0)
  }

  @Test("quoted cells hold separators, quotes and newlines")
  func quotes() throws {
    let found = try difference("a,b\n\"x, \"\"y\"\"\nz\",1\n", "a,b\n\"x, \"\"y\"\"\nz\",2\n", "a.csv")
    #expect(found.values == 1 && found.differing == 1 && found.place == "row 1, column 'b'" && found.otherCount == 0)
  }

  @Test("more rows, more cells and other texts are named; the same rows in another order are told")
  func rows() throws {
    #expect(try difference("a\n1\n", "a\n1\n2\n", "a.csv").others == ["2 rows against 3"])
    #expect(try difference("a,b\n1,2\n", "a,b\n1,2,3\n", "a.csv").others == ["row 1: 2 cells against 3"])
    #expect(try difference("a,b\n1,x\n", "a,b\n1,y\n", "a.csv").others == ["row 1, column 'b': 'x' against 'y'"])
    #expect(try difference("a\n1\n2\n", "a\n2\n1\n", "a.csv").isReordered)
    #expect(try !difference("a\n1\n2\n", "a\n2\n2\n", "a.csv").isReordered)
  }

  // MARK: Texts

  @Test("numbers in a text are compared, digits in words aren't")
  func text() throws {
    let found = try difference(
      "epoch 1: loss=0.50 (v1.2.3, layer2)\nend\n", "epoch 1: loss=0.75 (v1.2.3, layer2)\nend\n", "log")
    #expect(found.format == .text && found.values == 2 && found.differing == 1 && found.place == "line 1")
    #expect(try difference("layer2\n", "layer3\n", "log").others == ["line 1"])
    #expect(try difference("a\nb\n", "b\na\n", "log").isReordered)
  }

  @Test("other bytes have a first one that differs")
  func binary() throws {
    let found = try #require(ContentComparison.difference([0, 1, 2, 3], [0, 1, 9, 3], name: "model.bin"))
    #expect(found.format == .binary && found.firstByte == 2 && !found.isWithin(.infinity))
    #expect(ContentComparison.difference([0, 1], [0, 1, 2], name: "x")?.firstByte == 2)
  }

  // MARK: Arrays

  private static func array(_ type: String, _ shape: String, _ data: [UInt8], fortran: Bool = false) -> [UInt8] {
    let header = "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
      + Array(header.utf8) + data
  }

  private static func bytes(_ values: [some FixedWidthInteger]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }

  /// A type, its elements' bytes, with another last element, and the difference of that.
  private static let arrays: [(type: String, before: [UInt8], after: [UInt8], distance: Double)] = [
    ("<f8", bytes([1.5, 2.0].map { $0.bitPattern }), bytes([1.5, 2.25].map { $0.bitPattern }), 0.25),
    (
      ">f8", bytes([1.5, 2.0].map { $0.bitPattern.byteSwapped }), bytes([1.5, 2.25].map { $0.bitPattern.byteSwapped }),
      0.25
    ),
    ("<f4", bytes([Float(1), 2].map { $0.bitPattern }), bytes([Float(1), 3].map { $0.bitPattern }), 1),
    ("<f2", bytes([UInt16(0x3C00), 0x0001]), bytes([UInt16(0x3C00), 0xBC00]), 1 + 0x1p-24),
    ("<i8", bytes([Int64(1), .max]), bytes([Int64(1), .max - 1]), 1),
    ("<i2", bytes([Int16(-1), -2]), bytes([Int16(-1), 3]), 5),
    ("|i1", bytes([Int8(-1), -128]), bytes([Int8(-1), 127]), 255),
    ("|u1", [1, 200], [1, 255], 55),
    ("<u8", bytes([UInt64(1), .max]), bytes([UInt64(1), .max - 2]), 2),
    ("|b1", [1, 0], [1, 1], 1),
  ]

  @Test("NumPy's arrays are compared element by element", arguments: arrays.indices)
  func array(_ index: Int) throws {
    let (type, before, after, distance) = Self.arrays[index]
    let found = try #require(
      ContentComparison.difference(Self.array(type, "(2,)", before), Self.array(type, "(2,)", after), name: "w.npy"))
    #expect(found.format == .array && found.values == 2 && found.differing == 1, "\(type)")
    #expect(found.largestAbsolute == distance && found.place == "[1]", "\(type)")
  }

  @Test("complex numbers count as two, NaN is like NaN, and infinity is far from anything")
  func special() throws {
    let before = Self.bytes([1.0, 2.0, .nan, 4.0].map { $0.bitPattern })
    let after = Self.bytes([1.0, 3.0, .nan, .infinity].map { $0.bitPattern })
    let complex = try #require(
      ContentComparison.difference(Self.array("<c16", "(2,)", before), Self.array("<c16", "(2,)", after), name: "c"))
    #expect(
      complex.values == 4 && complex.differing == 2 && complex.largestAbsolute == .infinity && complex.place == "[1]")
  }

  @Test("the same array, stored by rows and by columns, is the same; other shapes and types are named")
  func orders() throws {
    let rows = Self.array("|u1", "(2, 3)", [1, 2, 3, 4, 5, 6])
    let columns = Self.array("|u1", "(2, 3)", [1, 4, 2, 5, 3, 6], fortran: true)
    let found = try #require(ContentComparison.difference(rows, columns, name: "w.npy"))
    #expect(found.values == 6 && found.differing == 0 && found.isWithin(0))
    let other = Self.array("|u1", "(2, 3)", [1, 4, 2, 5, 3, 9], fortran: true)
    #expect(ContentComparison.difference(rows, other, name: "w.npy")?.place == "[1, 2]")
    let long = Self.array("|u1", "(6,)", [1, 2, 3, 4, 5, 6])
    #expect(ContentComparison.difference(rows, long, name: "w.npy")?.others == ["shape (2, 3) against (6,)"])
    let wide = Self.array("<u2", "(6,)", Self.bytes([UInt16(1), 2, 3, 4, 5, 6]))
    let typed = ContentComparison.difference(long, wide, name: "w.npy")
    #expect(typed?.others == ["type |u1 against <u2"] && typed?.differing == 0)
    let texts = Self.array("<U1", "(1,)", [65, 0, 0, 0])
    let otherTexts = Self.array("<U1", "(1,)", [66, 0, 0, 0])
    #expect(ContentComparison.difference(texts, otherTexts, name: "w")?.others == ["elements of type <U1 differ"])
  }

  @Test("broken arrays are bytes", arguments: ["(999999999999, 999999999999)", "(3,)", "(-1,)", "x", "("])
  func broken(_ shape: String) throws {
    let before = Self.array("<f8", shape, [0, 1, 2, 3])
    let found = try #require(ContentComparison.difference(before, before + [1], name: "w.npy"))
    #expect(found.format == .binary)
    for length in 0..<before.count {
      #expect(ContentComparison.difference(Array(before[..<length]), before, name: "w.npy")?.values == 0)
    }
  }

  // MARK: Archives

  private static let first = unpack(
    "UEsDBBQAAAAIAAAAIQCkMsfjeAAAALAAAAAFAAAAdy5ucHmb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SS"
      + "ChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkA66WUumfN4wO2v9oMY3WlXttLzzfoeJ6wQv7mPqPHLzBF+yrisXiTLfet2/SOK5d"
      + "duSOPQBQSwMEFAAAAAgAAAAhACJJjaRvAAAA4AkAAAUAAABjLm5weZvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSY"
      + "F59flJIKEndLzClOBYoXZyQWpAL5GsYGBjqaOgq1CmQDLgYU8MEeynCAUBxQWgBKi0BpCYdRfaP6RvWN6hvVN6pvVN+ovlF92PUB"
      + "AFBLAQIUAxQAAAAIAAAAIQCkMsfjeAAAALAAAAAFAAAAAAAAAAAAAACAAQAAAAB3Lm5weVBLAQIUAxQAAAAIAAAAIQAiSY2kbwAA"
      + "AOAJAAAFAAAAAAAAAAAAAACAAZsAAABjLm5weVBLBQYAAAAAAgACAGYAAAAtAQAAAAA=")
  private static let second = unpack(
    "UEsDBBQAAAAIAAAAIQDOkGNleAAAALAAAAAFAAAAdy5ucHmb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SS"
      + "ChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkA66WUumfN4wO2v9oMY3WlXttLzzfoeJ6wQv7mPqPHLzBF+z3WnKvn3XruX2TxnHt"
      + "siN37AFQSwMEFAAAAAgAAAAhACJJjaRvAAAA4AkAAAUAAABjLm5weZvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSY"
      + "F59flJIKEndLzClOBYoXZyQWpAL5GsYGBjqaOgq1CmQDLgYU8MEeynCAUBxQWgBKi0BpCYdRfaP6RvWN6hvVN6pvVN+ovlF92PUB"
      + "AFBLAQIUAxQAAAAIAAAAIQDOkGNleAAAALAAAAAFAAAAAAAAAAAAAACAAQAAAAB3Lm5weVBLAQIUAxQAAAAIAAAAIQAiSY2kbwAA"
      + "AOAJAAAFAAAAAAAAAAAAAACAAZsAAABjLm5weVBLBQYAAAAAAgACAGYAAAAtAQAAAAA=")

  private static func unpack(_ text: String) -> [UInt8] {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var (bits, count): (UInt32, Int) = (0, 0)
    var bytes: [UInt8] = []
    for letter in text.utf8 {
      guard let value = letters.firstIndex(of: letter) else { break }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  @Test("compressed archives of arrays are compared array by array")
  func archive() throws {
    let found = try #require(ContentComparison.difference(Self.first, Self.second, name: "model.npz"))
    #expect(found.format == .arrays && found.values == 306 && found.differing == 1 && found.otherCount == 0)
    #expect(found.place == "w[1, 1]" && abs(found.largestAbsolute - 0.25) < 1e-12)
  }

  @Test("a flipped byte anywhere in an archive never ends the process", arguments: [1 as UInt8, 0x80])
  func damaged(_ mask: UInt8) {
    for index in Self.first.indices {
      var bytes = Self.first
      bytes[index] ^= mask
      #expect(ContentComparison.difference(Self.first, bytes, name: "model.npz") != nil)
      #expect(ContentComparison.difference(bytes, Array(Self.first[..<index]), name: "model.npz") != nil)
    }
  }
}

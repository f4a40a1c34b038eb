import MLTBase
import Testing

@Suite struct JSONTests {
  @Test(
    "canonical text reads back and writes the same",
    arguments: [
      "null", "true", "[]", "{}", "-12", "0.1", "1e-07", "\"é\\u0001\\n\\\"\"",
      "{\"a\":[1,2.5,{\"b\":null}],\"z\":\"\"}",
      "9223372036854775807",
    ])
  func canonical(text: String) throws {
    #expect(try JSON(parsing: text).canonicalText == text)
  }

  @Test("members are sorted by the bytes of their keys")
  func sorted() throws {
    let value = try JSON(parsing: "{ \"b\" : 1 , \"\u{10000}\" : 2, \"\u{FFFF}\" : 3, \"a\" : 4 }")
    #expect(value.canonicalText == "{\"a\":4,\"b\":1,\"\u{FFFF}\":3,\"\u{10000}\":2}")
    #expect(value["b"] == 1)
    #expect(value["c"] == nil)
  }

  @Test("escapes, surrogate pairs among them, become the characters they mean")
  func escapes() throws {
    #expect(try JSON(parsing: "\"\\ud83d\\ude00\\/\\t\"") == "😀/\t")
  }

  @Test(
    "text that isn't JSON is refused",
    arguments: [
      "", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "01", "1.", "-", "+1", "1e", "nul", "\"a", "\"\\x\"",
      "\"\\ud800\"",
      "\"\\udc00\"", "\"\u{01}\"", "[1] 2", "{\"a\":1,\"a\":2}", "NaN", "\u{FEFF}1", "{1:2}", "\"\\u00g0\"",
    ])
  func refused(text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
  }

  @Test("a number too large for a finite value is refused")
  func range() {
    #expect(throws: JSONError(reason: .numberOutOfRange, offset: 5)) { try JSON(parsing: "1e999") }
  }

  @Test("bytes that aren't UTF-8 are refused")
  func invalidText() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0x5C, 0x6E, 0xFF, 0x22]) }
  }

  @Test("nesting is followed up to the limit and refused beyond it, however deep")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try JSON(parsing: nested(JSON.maximumDepth + 1)).array != nil)
    #expect(throws: JSONError.self) { try JSON(parsing: nested(JSON.maximumDepth + 2)) }
    #expect(throws: JSONError.self) { try JSON(parsing: nested(1_000_000)) }
  }

  @Test("two spellings of an accented letter are two keys")
  func unicodeKeys() throws {
    let value = try JSON(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value.object?.members.count == 2)
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == 2)
  }
}

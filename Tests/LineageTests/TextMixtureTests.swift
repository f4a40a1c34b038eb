import Lineage
import Testing

/// Texts of which hunks are taken from two versions.
@Suite struct TextMixtureTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test("any set of hunks gives the text with those as in the bad version, byte for byte")
  func hunks() throws {
    let good = bytes("import a\n\nx = 1\r\ny = 2\nz = 3\nlast")
    let bad = bytes("import a\nimport b\n\nx = 10\r\ny = 2\nlast\n")
    let text = try #require(TextMixture(good: good, bad: bad))
    #expect(text.count == 3)
    #expect(text.text(applying: []) == good && text.text(applying: [0, 1, 2]) == bad)
    #expect(text.text(applying: [1]) == bytes("import a\n\nx = 10\r\ny = 2\nz = 3\nlast"))
    let hunk = try #require(text.hunks([1], of: 4).first)
    #expect(hunk.difference == 4 && hunk.goodLine == 3 && hunk.badLine == 4)
    #expect(hunk.good == ["x = 1"] && hunk.bad == ["x = 10"])
  }

  @Test("lines that take the place of as many others are changes of their own, and are told together if they stand so")
  func lines() throws {
    let text = try #require(TextMixture(good: bytes("a\nb\nc\nd\n"), bad: bytes("A\nB\nC\nd\n")))
    #expect(text.count == 3 && text.text(applying: [1]) == bytes("a\nB\nc\nd\n"))
    let hunks = text.hunks([1, 2], of: 1)
    #expect(hunks.count == 1 && hunks[0].good == ["b", "c"] && hunks[0].bad == ["B", "C"] && hunks[0].goodLine == 2)
  }

  @Test("what isn't text isn't taken apart, and equal texts have no hunks")
  func others() {
    #expect(TextMixture(good: [0, 1], bad: [1]) == nil)
    #expect(TextMixture(good: [], bad: [])?.count == 0)
    #expect(TextMixture(good: [], bad: bytes("a"))?.count == 1)
  }
}

import ContentComparison
import MLTBase
import Testing

/// How differences of texts are told, line by line.
@Suite struct TextChangesTests {
  private func changes(_ before: String, _ after: String, _ name: String) throws -> ContentChanges {
    try ContentChanges(
      from: BytesInMemory(Array(before.utf8)), to: BytesInMemory(Array(after.utf8)), name: name)
  }

  @Test("the same bytes have no changes")
  func same() throws {
    let found = try changes("a\n", "a\n", "a.py")
    #expect(found.isSame && found.headlines == [] && found.text == nil)
  }

  @Test("a hunk has its lines, its place and the function that it is in")
  func hunk() throws {
    let before =
      "import os\n\n\ndef load():\n    return 1\n\n\ndef clean(df):\n    df = df.dropna()\n    return df\n\n\nx = 1\n"
    let after = before.replacing("dropna()", with: "fillna(0)")
    let found = try changes(before, after, "clean.py")
    let text = try #require(found.text)
    #expect(text.addedLines == 1 && text.removedLines == 1 && text.hunkCount == 1 && text.language == "Python")
    #expect(text.sections == ["def clean(df):"])
    #expect(
      text.unified == """
        @@ -6,7 +6,7 @@ def clean(df):
         
         
         def clean(df):
        -    df = df.dropna()
        +    df = df.fillna(0)
             return df
         
         

        """)
    #expect(found.headlines == ["line 9 in 'def clean(df):' is 'df = df.fillna(0)', and was 'df = df.dropna()'"])
  }

  @Test("code outside of functions is in no section")
  func outside() throws {
    let before = "def f():\n    return 1\n\nx = [\n    1,\n]\n"
    #expect(try changes(before, before.replacing("    1,", with: "    2,"), "a.py").text?.sections == [])
  }

  @Test(
    "comments, blank lines and layout have no effect",
    arguments: [
      ("a.py", "x = 1\n", "# why\nx = 1  # one\n\n"),
      (
        "a.py", "def f(a,\n      b):\n    \"\"\"Old.\"\"\"\n    return a\n",
        "def f(a, b):\n    \"\"\"New.\n    More.\"\"\"\n    return a\n"
      ),
      ("a.sh", "echo a\n", "# say it\necho a # now\n"), ("a.c", "int a; /* x */\n", "// y\nint a;\n"),
      ("a.sql", "select 1\n", "-- one\nselect\n  1\n"),
    ])
  func noEffect(_ name: String, _ before: String, _ after: String) throws {
    let found = try changes(before, after, name)
    #expect(found.text?.isWithoutEffect == true)
    #expect(found.headlines == ["only comments, blank lines or layout differ"])
  }

  @Test(
    "what looks like a comment or layout and isn't has an effect",
    arguments: [
      ("a.py", "x = '#a'\n", "x = '#b'\n"), ("a.py", "if a:\n  b\nc\n", "if a:\n  b\n  c\n"),
      ("a.py", "x = \"\"\"a # b\"\"\"\n", "x = \"\"\"a # c\"\"\"\n"), ("a.py", "a\nb\n", "a b\n"),
      ("a.py", "\"\"\"Old.\"\"\"\nprint(__doc__)\n", "\"\"\"New.\"\"\"\nprint(__doc__)\n"),
      ("a.sh", "echo a#b\n", "echo a#c\n"), ("a.sh", "cat <<E\n# a\nE\n", "cat <<E\n# b\nE\n"),
      ("a.sh", "echo a b\n", "echo ab\n"), ("a.c", "s = \"//a\";\n", "s = \"//b\";\n"), ("a.c", "a - -b;\n", "a--b;\n"),
      ("a.py", "x = 1\n", "x = 2 # it's\n"), ("a.py", "x = 'unclosed\n", "x = 'unclosed # b\n"),
      ("a.txt", "# a\n", "# b\n"),
    ])
  func effect(_ name: String, _ before: String, _ after: String) throws {
    #expect(try changes(before, after, name).text?.isWithoutEffect == false)
  }

  @Test("line ends, blanks and order are told as such")
  func layout() throws {
    #expect(try changes("a\nb\n", "a\r\nb\r\n", "a.txt").headlines == ["only line ends differ: CRLF now"])
    #expect(try changes("a\nb\nc\n", "c\na\nb\n", "a.txt").headlines == ["the same lines in another order"])
    #expect(try changes("a b\n", "a  b\n", "a.txt").text?.isOnlyBlanks == true)
  }

  @Test("lines that stay are the longest common subsequence", arguments: 0..<40)
  func longest(_ seed: Int) throws {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: UInt64) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % bound)
    }
    let before = (0..<next(30)).map { _ in next(4) }
    let after = (0..<next(30)).map { _ in next(4) }
    let text = { (numbers: [Int]) in numbers.map { "\($0)\n" }.joined() }
    guard before != after, !before.isEmpty, !after.isEmpty else { return }
    let found = try #require(try changes(text(before), text(after), "a.txt").text)
    var table = [[Int]](repeating: [Int](repeating: 0, count: after.count + 1), count: before.count + 1)
    for i in before.indices.reversed() {
      for j in after.indices.reversed() {
        table[i][j] = before[i] == after[j] ? table[i + 1][j + 1] + 1 : max(table[i + 1][j], table[i][j + 1])
      }
    }
    #expect(found.removedLines == before.count - table[0][0])
    #expect(found.addedLines == after.count - table[0][0])
    // Applied to the earlier text, the hunks make the later one.
    var result: [String] = []
    var position = 0
    for hunk in found.hunks {
      let start = hunk.countBefore == 0 ? hunk.firstBefore : hunk.firstBefore - 1
      result += before[position..<start].map(String.init)
      result += hunk.lines.filter { $0.kind != .removed }.map(\.text)
      position = start + hunk.countBefore
    }
    result += before[position...].map(String.init)
    #expect(result == after.map(String.init))
  }

  @Test("values of JSON are compared by path, lists of another length element by element")
  func json() throws {
    let found = try changes(
      #"{"loss": 0.5, "layers": [1, 2, 3], "a": {"b": "x", "old": 1}, "nan": NaN}"#,
      #"{"loss": 0.25, "layers": [1, 3], "a": {"b": "y", "new": null}, "nan": NaN}"#, "m.json")
    #expect(found.valueCount == 5)
    #expect(
      found.headlines == [
        "'a.b' is 'y', and was 'x'", "'a.old' is gone, and was 1", "'a.new' is new: null",
        "'layers[1]' is gone, and was 2", "'loss' is 0.25, and was 0.5",
      ])
    #expect(try changes(#"{"a":1}"#, #"{ "a": 1.0 }"#, "m.json").headlines == ["the same values, written otherwise"])
  }

  @Test("notebooks are compared by their code; outputs and counts are told aside")
  func notebooks() throws {
    func notebook(_ code: String, _ count: Int, _ output: String) -> String {
      let cell: JSON = [
        "cell_type": "code", "execution_count": .int(Int64(count)), "source": .array([.string(code)]),
        "outputs": .array([["text": .string(output), "execution_count": .int(Int64(count))]]),
      ]
      return JSON.object([
        "cells": .array([["cell_type": "markdown", "source": "# Title"], cell]), "nbformat": 4,
        "metadata": ["language_info": ["name": "python"]],
      ]).indentedText
    }
    let base = notebook("x = 1", 1, "1")
    #expect(
      try changes(base, notebook("x = 1", 7, "1"), "n.ipynb").headlines == [
        "only execution counts or metadata differ; code and outputs are the same"
      ])
    #expect(
      try changes(base, notebook("x = 1", 2, "2"), "n.ipynb").headlines == [
        "only outputs differ, of 1 cell; the code is the same"
      ])
    let found = try changes(base, notebook("x = 2", 2, "2"), "n.ipynb")
    #expect(found.format == .notebook && found.text?.unified.contains("-x = 1\n+x = 2\n") == true)
    #expect(found.headlines == ["line 4 is 'x = 2', and was 'x = 1'", "outputs of 1 cell differ"])
  }

  @Test("long lines are cut around what differs in them")
  func longLines() throws {
    let before = "first\n" + String(repeating: "abcdé ", count: 2000) + "seed=1" + String(repeating: " x", count: 3000)
    let after = before.replacing("seed=1", with: "seed=2")
    let found = try changes(before, after, "a.log")
    let headline = try #require(found.headlines.first)
    #expect(headline.contains("seed=2") && headline.contains("seed=1"))
    #expect(!headline.contains("\u{FFFD}"))
    let lines = try #require(found.text?.hunks.first?.lines)
    let removed = try #require(lines.first { $0.kind == .removed }?.text)
    #expect(removed.contains("seed=1") && removed.hasPrefix("…") && removed.hasSuffix("…"))
    #expect(removed.utf8.count < 2100)
  }

  @Test("lines that end with carriage returns alone are lines")
  func carriageReturns() throws {
    let found = try changes("one\ntwo\nthree\n", "one\r2\rthree\r", "a.txt")
    #expect(found.headlines.contains("line 2 is '2', and was 'two'"))
    #expect(found.headlines.contains("lines end with carriage returns alone"))
    #expect(found.text?.addedLines == 1)
    let ends = try changes("one\ntwo\n", "one\rtwo\r", "a.txt")
    #expect(ends.headlines == ["lines end with carriage returns alone", "only line ends differ"])
  }

  @Test("an element of a list that stands in another's place is that one, changed")
  func changedElements() throws {
    let found = try changes("[1, 2, 3]", "[1, 9]", "a.json")
    #expect(Set(found.headlines) == ["'[1]' is 9, and was 2", "'[2]' is gone, and was 3"])
    let empty = try changes("{}", "", "a.json")
    #expect(empty.headlines.first == "it is empty now")
    #expect(empty.headlines.count == 1)
  }
}

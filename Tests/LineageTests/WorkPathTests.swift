import Lineage
import MLTBase
import SystemPackage
import Testing

@Suite struct WorkPathTests {
  private func path(_ text: String) throws -> WorkPath { try #require(WorkPath(text: text)) }

  @Test(
    "a path knows its parent, name and components",
    arguments: [
      ("a", ".", "a", 1), ("a/b/c", "a/b", "c", 3), ("/x", "/", "x", 1), ("/x/y", "/x", "y", 2),
    ])
  func parts(_ text: String, parent: String, name: String, count: Int) throws {
    let path = try path(text)
    #expect(path.parent?.text == parent)
    #expect(path.name == Array(name.utf8))
    #expect(path.components.count == count)
  }

  @Test("the root and the system's root have no parent")
  func roots() throws {
    #expect(try path(".").parent == nil)
    #expect(try path("/").parent == nil)
    #expect(try path(".").isRoot && !path(".").isOutside && path("/").isOutside)
  }

  @Test(
    "a path lies below the folders around it and no others",
    arguments: [
      ("a/b", "a", true), ("a/b", "a/b", false), ("ab", "a", false), ("a/b/c", "a", true), ("a", ".", true),
      (".", ".", false), ("/x/y", "/x", true), ("/x", ".", false), ("a", "a/b", false),
    ])
  func below(_ inner: String, _ outer: String, expected: Bool) throws {
    let inner = try path(inner)
    let outer = try path(outer)
    #expect(inner.isBelow(outer) == expected)
    #expect((inner.components(below: outer) != nil) == expected)
    if let names = inner.components(below: outer) {
      #expect(names.reduce(outer) { $0.appending($1) } == inner)
    }
  }

  @Test("names that are no plain text are written quoted and read again")
  func quoted() throws {
    for bytes: [UInt8] in [[0x61, 0x0A, 0x62], [0xFF, 0xFE], Array("\"q\"".utf8), Array("tab\there".utf8)] {
      let path = try #require(WorkPath(text: PathText.encode(bytes)))
      #expect(path.bytes == bytes)
      #expect(WorkPath(text: path.text) == path)
    }
  }

  @Test("what names nothing is refused", arguments: ["", "\"broken", "\"\\000\""])
  func refused(_ text: String) {
    #expect(WorkPath(text: text) == nil)
  }

  @Test("a path inside is found from the work tree's root, one outside where it says")
  func files() throws {
    #expect(try path("a/b").filePath(in: "/w") == "/w/a/b")
    #expect(try path(".").filePath(in: "/w") == "/w")
    #expect(try path("/x").filePath(in: "/w") == "/x")
  }

  @Test("paths are ordered by their bytes")
  func order() throws {
    let sorted = try ["a/b", "a", "Z", "a.b", "ä", "b"].map { try path($0) }.sorted().map(\.text)
    #expect(sorted == ["Z", "a", "a.b", "a/b", "b", "ä"])
  }
}

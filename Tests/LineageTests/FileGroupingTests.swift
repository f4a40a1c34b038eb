import Lineage
import Testing

@Suite struct FileGroupingTests {
  private func paths(_ folder: String, _ count: Int) -> [WorkPath] {
    (0..<count).compactMap { WorkPath(text: folder.isEmpty ? "f\($0)" : "\(folder)/f\($0)") }
  }

  private func sizes(_ grouping: FileGrouping) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: grouping.trees.map { ($0.key.text, $0.value.count) })
  }

  @Test("up to the limit files stay single, beyond it they are a tree")
  func border() {
    let few = FileGrouping(paths("d", FileGrouping.limit)) { _ in nil }
    #expect(few.trees.isEmpty && few.single.count == FileGrouping.limit)
    let many = FileGrouping(paths("d", FileGrouping.limit + 1)) { _ in nil }
    #expect(sizes(many) == ["d": FileGrouping.limit + 1] && many.single.isEmpty)
  }

  @Test("few files in each of many folders are one tree of the folder around")
  func spread() {
    let grouping = FileGrouping((0..<10).flatMap { paths("d/\($0)", 10) } + paths("e", 3)) { _ in nil }
    #expect(sizes(grouping) == ["d": 100])
    #expect(grouping.single.map(\.text) == ["e/f0", "e/f1", "e/f2"])
  }

  @Test("files at the root stay single however many they are")
  func root() {
    #expect(FileGrouping(paths("", 100)) { _ in nil }.single.count == 100)
  }

  @Test("trees in trees in trees are all part of the outermost", arguments: 0..<20)
  func nested(_ round: Int) {
    // The names differ from round to round, and with them the order in which the folders are met.
    let top = "top\(round)"
    let all = paths(top, 70) + paths(top + "/b", 70) + paths(top + "/b/c", 70) + paths(top + "/b/c/d", 70)
    let grouping = FileGrouping(all) { _ in nil }
    #expect(sizes(grouping) == [top: 280])
  }

  @Test("files of a tracked tree are that tree once they are many")
  func tracked() throws {
    let tree = try #require(WorkPath(text: "d"))
    let many = FileGrouping((0..<7).flatMap { paths("d/\($0)", 10) }) { $0.isBelow(tree) ? tree : nil }
    #expect(sizes(many) == ["d": 70])
    let few = FileGrouping(paths("d/x", 5) + paths("e", 70)) { $0.isBelow(tree) ? tree : nil }
    #expect(sizes(few) == ["e": 70])
    #expect(few.single.count == 5)
  }

  @Test("files outside the work tree are gathered too, but not into the root of all")
  func outside() {
    #expect(sizes(FileGrouping(paths("/share/set", 70)) { _ in nil }) == ["/share/set": 70])
    #expect(FileGrouping((0..<70).compactMap { WorkPath(text: "/f\($0)") }) { _ in nil }.single.count == 70)
  }

  @Test("every file is in exactly one place", arguments: [1, 64, 65, 200])
  func complete(_ count: Int) {
    let all = paths("a", count) + paths("a/b", count / 2) + paths("c/d/e", count / 3) + paths("", count / 4)
    let grouping = FileGrouping(all) { _ in nil }
    #expect((grouping.single + grouping.trees.values.flatMap { $0 }).sorted() == all.sorted())
  }
}

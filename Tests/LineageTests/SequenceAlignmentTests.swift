import Lineage
import TestSupport
import Testing

/// Command lines and other sequences side by side.
@Suite struct SequenceAlignmentTests {
  @Test("options that differ are apart, with what they share between them")
  func options() {
    let parts = SequenceAlignment(
      ["python", "train.py", "--rate", "0.1", "--epochs", "5", "--quick"],
      ["python", "train.py", "--rate", "0.2", "--epochs", "7", "--seed", "1"]
    ).parts
    #expect(
      parts == [
        .same(["python", "train.py", "--rate"]), .change(good: ["0.1"], bad: ["0.2"]), .same(["--epochs"]),
        .change(good: ["5", "--quick"], bad: ["7", "--seed", "1"]),
      ])
  }

  @Test("equal command lines have one part, and empty ones none")
  func equal() {
    #expect(SequenceAlignment(["a", "b"], ["a", "b"]).parts == [.same(["a", "b"])])
    #expect(SequenceAlignment<String>([], []).parts.isEmpty)
    #expect(SequenceAlignment<String>([], ["a"]).parts == [.change(good: [], bad: ["a"])])
  }

  @Test("the parts give both command lines again, and no two that differ stand beside each other", arguments: 0..<100)
  func whole(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    func words() -> [String] {
      (0..<Int.random(in: 0...12, using: &random)).map { _ in String(Int.random(in: 0...4, using: &random)) }
    }
    let (good, bad) = (words(), words())
    var (first, second): ([String], [String]) = ([], [])
    var wasChange = false
    for part in SequenceAlignment(good, bad).parts {
      switch part {
      case .same(let arguments):
        first += arguments
        second += arguments
        wasChange = false
      case .change(let ours, let theirs):
        first += ours
        second += theirs
        #expect(!wasChange)
        wasChange = true
      }
    }
    #expect(first == good && second == bad)
  }
}

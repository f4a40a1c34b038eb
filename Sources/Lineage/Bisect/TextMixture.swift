internal import MLTBase

/// A text in two versions, of which each hunk can be taken from either.
package struct TextMixture {
  private let parts: [SequenceAlignment<[UInt8]>.Part]
  /// How many hunks there are.
  package let count: Int

  /// The largest text that is taken apart.
  static let sizeLimit = 1 << 20
  /// The most lines that hunks are told by.
  private static let told = 40

  /// Takes two versions apart; nil if they aren't both texts.
  package init?(good: [UInt8], bad: [UInt8]) {
    // As git tells texts from other files.
    guard max(good.count, bad.count) <= Self.sizeLimit, !good.prefix(8000).contains(0),
      !bad.prefix(8000).contains(0)
    else { return nil }
    parts = SequenceAlignment(Self.lines(good), Self.lines(bad)).parts.flatMap { part in
      // Where as many lines stand in another's place, each is a change of its own.
      guard case .change(let good, let bad) = part, good.count == bad.count else { return [part] }
      return zip(good, bad).map { .change(good: [$0], bad: [$1]) }
    }
    count = parts.lazy.filter { if case .change = $0 { true } else { false } }.count
  }

  private static func lines(_ text: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
      lines.append(Array(rest[..<end]))
      rest = rest[end...]
    }
    return lines
  }

  /// The text with the hunks of a set as in the bad version, all others as in the good one.
  package func text(applying applied: Set<Int>) -> [UInt8] {
    var text: [UInt8] = []
    var number = 0
    for part in parts {
      switch part {
      case .same(let lines): text += lines.joined()
      case .change(let good, let bad):
        text += (applied.contains(number) ? bad : good).joined()
        number += 1
      }
    }
    return text
  }

  /// What the hunks of a set say.
  package func hunks(_ wanted: Set<Int>, of difference: Int) -> [BisectHunk] {
    var found: [BisectHunk] = []
    var (number, first, second) = (0, 1, 1)
    for part in parts {
      switch part {
      case .same(let lines):
        first += lines.count
        second += lines.count
      case .change(let good, let bad):
        if wanted.contains(number) {
          let lines = (good: good.prefix(Self.told).map(Self.plain), bad: bad.prefix(Self.told).map(Self.plain))
          let isCut = max(good.count, bad.count) > Self.told
          // Lines that stand together are told together.
          if let last = found.last, !last.isCut, last.good.count < Self.told, last.goodLine + last.good.count == first,
            last.badLine + last.bad.count == second
          {
            found[found.count - 1].good += lines.good
            found[found.count - 1].bad += lines.bad
            found[found.count - 1].isCut = isCut
          } else {
            found.append(
              BisectHunk(
                difference: difference, goodLine: first, badLine: second, good: lines.good, bad: lines.bad,
                isCut: isCut))
          }
        }
        number += 1
        first += good.count
        second += bad.count
      }
    }
    return found
  }

  private static func plain(_ line: [UInt8]) -> String {
    let ends: (UInt8) -> Bool = { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    return String(decoding: line.reversed().drop(while: ends).reversed(), as: UTF8.self)
  }
}

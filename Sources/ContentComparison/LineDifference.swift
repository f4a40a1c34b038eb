/// Finds the lines that two texts share, in order (Myers 1986).
struct LineDifference {
  /// A part of both texts: lines that are the same, or lines of one in place of lines of the other.
  struct Part {
    var before: Range<Int>
    var after: Range<Int>
    var isSame: Bool
  }

  /// How many lines may differ until what lies between is taken as a whole: the work grows with its square.
  private static let costLimit = 3000

  private var isKeptBefore: [Bool]
  private var isKeptAfter: [Bool]

  /// Takes the lines as numbers: equal lines have equal numbers.
  init(_ before: [Int32], _ after: [Int32]) {
    isKeptBefore = [Bool](repeating: false, count: before.count)
    isKeptAfter = [Bool](repeating: false, count: after.count)
    match(before, after)
  }

  private mutating func match(_ before: [Int32], _ after: [Int32]) {
    var start = 0
    while start < before.count, start < after.count, before[start] == after[start] {
      isKeptBefore[start] = true
      isKeptAfter[start] = true
      start += 1
    }
    var (end, otherEnd) = (before.count, after.count)
    while end > start, otherEnd > start, before[end - 1] == after[otherEnd - 1] {
      end -= 1
      otherEnd -= 1
      isKeptBefore[end] = true
      isKeptAfter[otherEnd] = true
    }
    // Lines that the other text doesn't have at all can't be shared, and are left out: most of the work, often.
    let (mine, yours) = (before[start..<end], after[start..<otherEnd])
    let (known, present) = (Set(mine), Set(yours))
    let left = mine.indices.filter { present.contains(before[$0]) }
    let right = yours.indices.filter { known.contains(after[$0]) }
    guard !left.isEmpty, !right.isEmpty else { return }
    for (x, y) in Self.shared(left.map { before[$0] }, right.map { after[$0] }) {
      isKeptBefore[left[x]] = true
      isKeptAfter[right[y]] = true
    }
  }

  /// The places of a longest common subsequence, or of the part of one that can be found at bearable cost.
  private static func shared(_ before: [Int32], _ after: [Int32]) -> [(Int, Int)] {
    let (n, m) = (before.count, after.count)
    let limit = min(costLimit, n + m)
    var furthest = [Int](repeating: 0, count: 2 * limit + 3)
    let middle = limit + 1
    var history: [[Int]] = []
    var reached = (cost: 0, diagonal: 0)
    var best = -1
    search: for cost in 0...limit {
      history.append(Array(furthest[(middle - cost)...(middle + cost)]))
      for diagonal in stride(from: -cost, through: cost, by: 2) {
        let isDown =
          diagonal == -cost
          || (diagonal != cost && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1])
        var x = isDown ? furthest[middle + diagonal + 1] : furthest[middle + diagonal - 1] + 1
        var y = x - diagonal
        while x < n, y < m, before[x] == after[y] {
          x += 1
          y += 1
        }
        furthest[middle + diagonal] = x
        if x <= n, y <= m, x + y > best {
          best = x + y
          reached = (cost, diagonal)
        }
        if x >= n, y >= m { break search }
      }
    }
    return trace(history, reached, furthest[middle + reached.diagonal], before, after)
  }

  /// Goes back from the furthest place that was reached.
  private static func trace(
    _ history: [[Int]], _ reached: (cost: Int, diagonal: Int), _ end: Int, _ before: [Int32], _ after: [Int32]
  ) -> [(Int, Int)] {
    var found: [(Int, Int)] = []
    var diagonal = reached.diagonal
    var x = end
    // The furthest place on this diagonal may have been reached at less cost than the search ended with.
    for cost in stride(from: reached.cost, through: 0, by: -1) {
      let row = history[cost]
      let at = { (other: Int) in row.indices.contains(other + cost) ? row[other + cost] : -1 }
      let isDown = diagonal == -cost || (diagonal != cost && at(diagonal - 1) < at(diagonal + 1))
      let start = cost == 0 ? 0 : isDown ? at(diagonal + 1) : at(diagonal - 1) + 1
      while x > start, x > 0, x - diagonal > 0 {
        x -= 1
        guard x < before.count, x - diagonal < after.count, before[x] == after[x - diagonal] else { continue }
        found.append((x, x - diagonal))
      }
      if cost == 0 { break }
      diagonal += isDown ? 1 : -1
      x = isDown ? start : start - 1
    }
    return found
  }

  /// The parts of both texts, in order.
  var parts: [Part] {
    var parts: [Part] = []
    var (i, j) = (0, 0)
    while i < isKeptBefore.count || j < isKeptAfter.count {
      let (start, other) = (i, j)
      while i < isKeptBefore.count, !isKeptBefore[i] { i += 1 }
      while j < isKeptAfter.count, !isKeptAfter[j] { j += 1 }
      if i > start || j > other { parts.append(Part(before: start..<i, after: other..<j, isSame: false)) }
      let (same, otherSame) = (i, j)
      while i < isKeptBefore.count, j < isKeptAfter.count, isKeptBefore[i], isKeptAfter[j] {
        i += 1
        j += 1
      }
      if i > same { parts.append(Part(before: same..<i, after: otherSame..<j, isSame: true)) }
      // Both have as many kept lines; this is for safety's sake.
      if i == start, j == other { break }
    }
    return parts
  }
}

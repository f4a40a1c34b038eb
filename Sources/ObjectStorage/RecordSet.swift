/// A set of positions in a pack's index: one bit for each record.
struct RecordSet {
  private var words: [UInt64]
  /// The number of records that there are.
  let capacity: Int

  /// Starts empty, or with all `capacity` records.
  init(capacity: Int, isFull: Bool = false) {
    self.capacity = capacity
    words = [UInt64](repeating: isFull ? .max : 0, count: (capacity + 63) / 64)
    if isFull, capacity % 64 != 0 { words[words.count - 1] = (1 << UInt64(capacity % 64)) - 1 }
  }

  /// Whether the record is in the set.
  func contains(_ position: Int) -> Bool {
    words[position >> 6] & (1 << UInt64(position & 63)) != 0
  }

  /// Puts a record in; whether it wasn't there.
  @discardableResult
  mutating func insert(_ position: Int) -> Bool {
    let bit: UInt64 = 1 << UInt64(position & 63)
    if words[position >> 6] & bit != 0 { return false }
    words[position >> 6] |= bit
    return true
  }

  /// Takes a record out.
  mutating func remove(_ position: Int) {
    words[position >> 6] &= ~(1 << UInt64(position & 63))
  }

  /// The number of records in the set.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether each of these records is in `other`, which is of the same pack.
  func isSubset(of other: RecordSet) -> Bool {
    zip(words, other.words).allSatisfy { $0 & ~$1 == 0 }
  }

  /// The records of the set, ascending.
  var positions: some Sequence<Int> {
    words.indices.lazy.flatMap { index in
      let word = words[index]
      return (0..<64).lazy.filter { word & (1 << UInt64($0)) != 0 }.map { index << 6 + $0 }
    }
  }
}

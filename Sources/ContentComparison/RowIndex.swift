/// Finds rows by a hash of 64 bits.
struct RowIndex {
  private var slots: [Int32]
  // The next row of the same hash, in the order of rows.
  private var followers: [Int32]
  private let keys: [UInt64]
  private let mask: Int

  /// Whether no two rows have the same hash.
  private(set) var isUnique = true

  /// - Parameter isUnique: whether to stop where two rows are found to have the same hash.
  init(_ keys: [UInt64], onlyIfUnique: Bool) {
    self.keys = keys
    var size = 16
    while size < keys.count * 2 { size *= 2 }
    mask = size - 1
    slots = [Int32](repeating: -1, count: size)
    followers = onlyIfUnique ? [] : [Int32](repeating: -1, count: keys.count)
    // From the last: the first of several is found first.
    for row in keys.indices.reversed() {
      let slot = self.slot(of: keys[row])
      if slots[slot] >= 0 {
        isUnique = false
        if onlyIfUnique { return }
        followers[row] = slots[slot]
      }
      slots[slot] = Int32(row)
    }
  }

  private func slot(of key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: ValueCounter.mix(key)) & mask
    while slots[slot] >= 0, keys[Int(slots[slot])] != key { slot = (slot + 1) & mask }
    return slot
  }

  /// The first row of a hash.
  func first(_ key: UInt64) -> Int? {
    let row = slots[slot(of: key)]
    return row >= 0 ? Int(row) : nil
  }

  /// Takes the first row of a hash out, so that the next is found then.
  mutating func take(_ key: UInt64) -> Int? {
    let slot = self.slot(of: key)
    let row = slots[slot]
    guard row >= 0 else { return nil }
    if followers[Int(row)] >= 0 {
      slots[slot] = followers[Int(row)]
      return Int(row)
    }
    // The last one stays, for the sake of those that were put behind it, and is marked as taken.
    guard followers[Int(row)] != -2 else { return nil }
    followers[Int(row)] = -2
    return Int(row)
  }
}

internal import MLTBase

/// Tells at once of nearly all keys that weren't inserted that they weren't.
///
/// What a writer has added lies in packs that would have to be searched one by one, for every chunk of a large file.
struct KeyFilter {
  // The first bytes of ids, by open addressing; zero for a free slot.
  private var slots: [UInt64] = []
  private var count = 0

  /// Whether the key may have been inserted.
  func mayContain(_ key: ObjectKey) -> Bool {
    guard !slots.isEmpty else { return false }
    return slots[Self.place(of: Self.mark(key), in: slots)] != 0
  }

  /// Inserts a key.
  mutating func insert(_ key: ObjectKey) {
    if count * 2 >= slots.count { grow() }
    let mark = Self.mark(key)
    let place = Self.place(of: mark, in: slots)
    if slots[place] == 0 { count += 1 }
    slots[place] = mark
  }

  private mutating func grow() {
    var larger = [UInt64](repeating: 0, count: max(1024, slots.count * 2))
    for mark in slots where mark != 0 { larger[Self.place(of: mark, in: larger)] = mark }
    slots = larger
  }

  private static func mark(_ key: ObjectKey) -> UInt64 {
    key.id.withUnsafeBytes { max(1, $0.loadUnaligned(as: UInt64.self)) }
  }

  // Where the mark is, or belongs: digests are spread evenly.
  private static func place(of mark: UInt64, in slots: [UInt64]) -> Int {
    var place = Int(truncatingIfNeeded: mark) & (slots.count - 1)
    while slots[place] != 0, slots[place] != mark { place = (place + 1) & (slots.count - 1) }
    return place
  }
}

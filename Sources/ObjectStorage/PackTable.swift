internal import MLTBase

/// Where objects are in many packs: one look instead of one in each pack.
///
/// A hash table with 8 bytes a slot, at most half full: 16 to 32 bytes an object.
///
/// `@unchecked Sendable`: the slots are written before the table is made, and only read afterwards.
final class PackTable: @unchecked Sendable {
  // A slot is empty (0), or has some bits of the hash, the pack's number plus one, and the position in its index.
  private static let positionBits: UInt64 = 20
  private static let packBits: UInt64 = 20
  private static let positionMask: UInt64 = (1 << positionBits) - 1
  private static let packMask: UInt64 = (1 << packBits) - 1
  private static let tagMask: UInt64 = ~((1 << (positionBits + packBits)) - 1)

  /// The number of packs at the beginning of the list that are in the table.
  let packCount: Int
  private let slots: UnsafeMutableBufferPointer<UInt64>
  private let shift: UInt64
  private let hash: KeyHash

  /// Takes all records of the packs; nil if there are more packs than slots can number.
  init?(_ packs: [Pack]) {
    // A position is below `PackFormat.recordLimit`, 2^20.
    guard packs.count < Self.packMask else { return nil }
    let total = packs.reduce(0) { $0 + $1.index.count }
    var bits: UInt64 = 6
    while 1 << bits < total * 2 { bits += 1 }
    packCount = packs.count
    shift = 64 - bits
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: 0)
    hash = KeyHash()
    for (number, pack) in packs.enumerated() {
      for position in 0..<pack.index.count {
        let value = hash.value(ofKeyAt: pack.index.keyPointer(position))
        var slot = Int(value >> shift)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] =
          Self.tag(value) | UInt64(number + 1) << Self.positionBits | UInt64(position)
      }
    }
  }

  deinit {
    slots.deallocate()
  }

  // The hash's high bits choose the slot, so its low ones tell apart what meets there.
  private static func tag(_ value: UInt64) -> UInt64 {
    (value << (positionBits + packBits)) & tagMask
  }

  /// Calls `body` with each place of the object, until `body` returns false.
  func forEachPlace(of key: ObjectKey, in packs: [Pack], _ body: (_ pack: Pack, _ position: Int) -> Bool) {
    let value = hash.value(of: key)
    let tag = Self.tag(value)
    var slot = Int(value >> shift)
    while slots[slot] != 0 {
      let entry = slots[slot]
      if entry & Self.tagMask == tag {
        let pack = packs[Int((entry >> Self.positionBits) & Self.packMask) - 1]
        let position = Int(entry & Self.positionMask)
        if pack.index.isKey(key, at: position), !body(pack, position) { return }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
  }
}

/// A hash of keys that nobody who makes packs can foresee.
///
/// Ids in a pack's index are only claims, and many that meet in one slot would make a table slow.
private struct KeyHash: Sendable {
  private let factors: (UInt64, UInt64, UInt64, UInt64, UInt64)

  init() {
    var generator = SystemRandomNumberGenerator()
    factors = (
      generator.next() | 1, generator.next() | 1, generator.next() | 1, generator.next() | 1, generator.next() | 1
    )
  }

  /// The hash of a key as an index has it: 32 bytes id, one byte kind.
  func value(ofKeyAt pointer: UnsafeRawPointer) -> UInt64 {
    value(pointer, kind: pointer.load(fromByteOffset: ContentID.byteCount, as: UInt8.self))
  }

  func value(of key: ObjectKey) -> UInt64 {
    key.id.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { preconditionFailure("an id has 32 bytes") }
      return value(base, kind: key.kind.rawValue)
    }
  }

  private func value(_ id: UnsafeRawPointer, kind: UInt8) -> UInt64 {
    var sum = (UInt64(kind) &+ 1) &* factors.4
    sum = mixed(sum &+ id.loadUnaligned(as: UInt64.self) &* factors.0)
    sum = mixed(sum &+ id.loadUnaligned(fromByteOffset: 8, as: UInt64.self) &* factors.1)
    sum = mixed(sum &+ id.loadUnaligned(fromByteOffset: 16, as: UInt64.self) &* factors.2)
    return mixed(sum &+ id.loadUnaligned(fromByteOffset: 24, as: UInt64.self) &* factors.3)
  }

  private func mixed(_ value: UInt64) -> UInt64 {
    (value ^ (value >> 32)) &* 0x9E37_79B9_7F4A_7C15
  }
}

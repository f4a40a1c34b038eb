internal import Glibc

/// Counts a column's values: each by itself as long as they are few, else how many different ones there are, nearly.
struct ValueCounter {
  private static let limit = 1024
  private static let slots = 4096
  private static let textLimit = 80
  // 4096 registers of a HyperLogLog (Flajolet 2007): off by 1.6 %.
  private static let registerBits = 12

  private var table: [Int32] = []
  private var hashes: [UInt64] = []
  private var counts: [Int64] = []
  private var texts: [[UInt8]] = []
  private var registers: [UInt8] = []

  /// Takes a value by the hash of its text.
  @inline(__always)
  mutating func add(_ hash: UInt64, _ text: @autoclosure () -> [UInt8]) {
    if registers.isEmpty { count(hash, text()) } else { note(hash) }
  }

  private mutating func count(_ hash: UInt64, _ text: @autoclosure () -> [UInt8]) {
    if table.isEmpty { table = [Int32](repeating: -1, count: Self.slots) }
    var slot = Int(truncatingIfNeeded: hash) & (Self.slots - 1)
    while table[slot] >= 0 {
      let entry = Int(table[slot])
      if hashes[entry] == hash {
        counts[entry] += 1
        return
      }
      slot = (slot + 1) & (Self.slots - 1)
    }
    guard hashes.count < Self.limit else {
      registers = [UInt8](repeating: 0, count: 1 << Self.registerBits)
      for known in hashes { note(known) }
      note(hash)
      (table, hashes, counts, texts) = ([], [], [], [])
      return
    }
    table[slot] = Int32(hashes.count)
    hashes.append(hash)
    counts.append(1)
    texts.append(Array(text().prefix(Self.textLimit)))
  }

  @inline(__always)
  private mutating func note(_ hash: UInt64) {
    let register = Int(hash >> UInt64(64 - Self.registerBits))
    let rank = UInt8((hash << UInt64(Self.registerBits) | 1 << UInt64(Self.registerBits - 1)).leadingZeroBitCount + 1)
    if rank > registers[register] { registers[register] = rank }
  }

  /// Whether all values were counted each by itself.
  var isExact: Bool { registers.isEmpty }

  /// How many different values there are.
  var distinct: Int64 {
    guard !registers.isEmpty else { return Int64(hashes.count) }
    let size = Double(registers.count)
    let sum = registers.reduce(0.0) { $0 + exp2(-Double($1)) }
    let estimate = 0.7213 / (1 + 1.079 / size) * size * size / sum
    let empty = registers.count { $0 == 0 }
    return Int64((estimate <= 2.5 * size && empty > 0 ? size * log(size / Double(empty)) : estimate).rounded())
  }

  /// The commonest values, at most `limit`, the commonest first.
  func common(_ limit: Int) -> [ValueCount] {
    let order = counts.indices.sorted {
      counts[$0] != counts[$1] ? counts[$0] > counts[$1] : texts[$0].lexicographicallyPrecedes(texts[$1])
    }
    return order.prefix(limit).map { ValueCount(value: String(decoding: texts[$0], as: UTF8.self), count: counts[$0]) }
  }

  /// A hash of a text, the same in each process.
  @inline(__always)
  static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    let raw = UnsafeRawBufferPointer(text)
    while index + 8 <= text.count {
      hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var rest: UInt64 = 0
    while index < text.count {
      rest = rest << 8 | UInt64(text[index])
      index += 1
    }
    return mix(hash ^ rest ^ 0xA076_1D64_78BD_642F)
  }

  /// A hash of eight bytes.
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xE703_7ED1_A0B4_28DB).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
    let folded = product.high ^ product.low
    return (folded ^ folded >> 29) &* 0xBF58_476D_1CE4_E5B9
  }
}

internal import MLTBase

/// The numbers of a key index (`docs/design/key-index-format.md`), all big-endian.
enum KeyIndexFormat {
  static let magic = Array("mltkeys\n".utf8)
  static let version: UInt32 = 1
  static let blockLength = 4096
  static let entryLength = 16
  /// How many entries a block holds, before its number and checksum.
  static let entriesPerBlock = 255
  static let rowLimit = Int64(UInt32.max)
  static let offsetLimit: Int64 = 1 << 48
  /// How many blocks an access point takes: one for its numbers, the others for its window.
  static let blocksPerPoint = 1 + AccessPoint.windowLength / blockLength

  /// One key of one row: what entries are sorted by.
  struct Entry: Hashable, Comparable {
    /// The hash, then the row's upper bits.
    var high: UInt64
    /// The row's lower bits, then the offset.
    var low: UInt64

    init(high: UInt64, low: UInt64) {
      self.high = high
      self.low = low
    }

    init(hash: UInt64, row: Int64, offset: Int64) {
      let row = UInt64(truncatingIfNeeded: row)
      high = hash << 16 | row >> 16 & 0xFFFF
      low = row << 48 | UInt64(truncatingIfNeeded: offset) & (1 << 48 - 1)
    }

    var hash: UInt64 { high >> 16 }
    var row: Int64 { Int64((high & 0xFFFF) << 16 | low >> 48) }
    var offset: Int64 { Int64(low & (1 << 48 - 1)) }

    static func < (left: Entry, right: Entry) -> Bool {
      left.high != right.high ? left.high < right.high : left.low < right.low
    }
  }

  /// The first 8 bytes of the SHA-256 of all of a block but its last 8 bytes.
  static func checksum(_ block: UnsafeRawBufferPointer) -> UInt64 {
    ContentHasher.contentID(of: UnsafeRawBufferPointer(rebasing: block[..<(blockLength - 8)])).withUnsafeBytes {
      UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))
    }
  }

  /// Puts number and checksum at a block's end.
  static func seal(_ block: UnsafeMutableRawBufferPointer, number: Int64) {
    store(UInt64(number), in: block, at: blockLength - 16)
    store(checksum(UnsafeRawBufferPointer(block)), in: block, at: blockLength - 8)
  }

  /// Whether number and checksum at a block's end are right.
  static func isWhole(_ block: UnsafeRawBufferPointer, number: Int64) -> Bool {
    block.count == blockLength && load(block, at: blockLength - 16) == UInt64(number)
      && load(block, at: blockLength - 8) == checksum(block)
  }

  static func store(_ value: UInt64, in bytes: UnsafeMutableRawBufferPointer, at place: Int) {
    bytes.storeBytes(of: value.bigEndian, toByteOffset: place, as: UInt64.self)
  }

  static func load(_ bytes: UnsafeRawBufferPointer, at place: Int) -> UInt64 {
    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }
}

internal import MLTBase

// All but the path is packed into one value, for a status check of many files reads as many rows: six numbers of eight
// bytes, little-endian (device, inode, size, modified, changed, entered), the content's digest, a number of flags, and a
// check of all these: SQLite wouldn't notice a changed byte, and nothing else knows what was found in a file.
extension CachedContent {
  private static let numberCount = 6
  private static let flagsOffset = numberCount * 8 + ContentID.byteCount
  private static let checkOffset = flagsOffset + 8
  private static let packedSize = checkOffset + 8

  var packed: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.packedSize)
    let numbers = [
      device, inode, UInt64(bitPattern: size), UInt64(bitPattern: modified), UInt64(bitPattern: changed),
      UInt64(bitPattern: entered.microseconds),
    ]
    for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
    content.withUnsafeBytes { bytes += $0 }
    withUnsafeBytes(of: UInt64(isExecutable ? 1 : 0).littleEndian) { bytes += $0 }
    let check = bytes.withUnsafeBytes { Self.check($0) }
    withUnsafeBytes(of: check.littleEndian) { bytes += $0 }
    return bytes
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  // Each step can be undone, so that what differs in one word alone never has the same check.
  private static func check(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var check: UInt64 = 0
    for offset in stride(from: 0, to: checkOffset, by: 8) {
      check = (check ^ number(bytes, at: offset)) &* 0x9E37_79B9_7F4A_7C15
      check ^= check >> 32
    }
    return check
  }

  /// Reads what ``packed`` wrote; nil for anything else.
  init?(path: String, packed bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.packedSize, Self.number(bytes, at: Self.checkOffset) == Self.check(bytes),
      let content = ContentID(UnsafeRawBufferPointer(rebasing: bytes[(Self.numberCount * 8)..<Self.flagsOffset]))
    else { return nil }
    func number(_ index: Int) -> UInt64 { Self.number(bytes, at: index * 8) }
    self.init(
      path: path, device: number(0), inode: number(1), size: Int64(bitPattern: number(2)),
      modified: Int64(bitPattern: number(3)), changed: Int64(bitPattern: number(4)), content: content,
      isExecutable: Self.number(bytes, at: Self.flagsOffset) & 1 != 0,
      entered: Timestamp(microseconds: Int64(bitPattern: number(5))))
  }
}

internal import MLTBase

// All but the path is packed into one value, for a status check of many files reads as many rows: six numbers of eight
// bytes, little-endian (device, inode, size, modified, changed, entered), the content's digest, and a byte of flags.
extension CachedContent {
  private static let numberCount = 6
  private static let packedSize = numberCount * 8 + ContentID.byteCount + 1

  var packed: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.packedSize)
    let numbers = [
      device, inode, UInt64(bitPattern: size), UInt64(bitPattern: modified), UInt64(bitPattern: changed),
      UInt64(bitPattern: entered.microseconds),
    ]
    for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
    content.withUnsafeBytes { bytes += $0 }
    bytes.append(isExecutable ? 1 : 0)
    return bytes
  }

  /// Reads what ``packed`` wrote; nil for anything else.
  init?(path: String, packed bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.packedSize,
      let content = ContentID(UnsafeRawBufferPointer(rebasing: bytes[(Self.numberCount * 8)..<(Self.packedSize - 1)]))
    else { return nil }
    func number(_ index: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
    self.init(
      path: path, device: number(0), inode: number(1), size: Int64(bitPattern: number(2)),
      modified: Int64(bitPattern: number(3)), changed: Int64(bitPattern: number(4)), content: content,
      isExecutable: bytes[Self.packedSize - 1] & 1 != 0,
      entered: Timestamp(microseconds: Int64(bitPattern: number(5))))
  }
}

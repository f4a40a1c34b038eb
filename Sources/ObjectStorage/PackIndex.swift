internal import Glibc
internal import MLTBase

/// A pack's sorted records, checked once and then searched where they lie.
///
/// `@unchecked Sendable`: the block is written before the index is made, and only read afterwards.
final class PackIndex: @unchecked Sendable {
  private let block: MemoryBlock
  private let indexOffset: Int
  let count: Int

  /// Takes the records in the first bytes of `block`; nil if they are out of order or one breaks a rule of the format.
  init?(_ block: MemoryBlock, count: Int, indexOffset: Int) {
    self.block = block
    self.count = count
    self.indexOffset = indexOffset
    for position in 0..<count {
      guard PackFormat.record(bytes(at: position), indexOffset: indexOffset) != nil else { return nil }
      guard position == 0 || memcmp(pointer(position - 1), pointer(position), Self.keyLength) < 0 else { return nil }
    }
  }

  // Id and kind follow each other in a record, so that one comparison orders both.
  private static let keyLength = ContentID.byteCount + 1

  private func bytes(at position: Int) -> UnsafeRawBufferPointer {
    let start = position * PackFormat.recordLength
    return UnsafeRawBufferPointer(rebasing: block.bytes[start..<start + PackFormat.recordLength])
  }

  private func pointer(_ position: Int) -> UnsafeRawPointer {
    guard let base = block.bytes.baseAddress else { preconditionFailure("an index with records has memory") }
    return UnsafeRawPointer(base) + position * PackFormat.recordLength
  }

  /// The record at `position`, which is less than ``count``.
  subscript(position: Int) -> PackFormat.Record {
    guard let record = PackFormat.record(bytes(at: position), indexOffset: indexOffset) else {
      preconditionFailure("records were checked when the index was made")
    }
    return record
  }

  /// The offset of the stored bytes of the record at `position`.
  func offset(at position: Int) -> Int {
    self[position].offset
  }

  /// Returns the object's record, nil if it isn't in the pack.
  func find(_ key: ObjectKey) -> PackFormat.Record? {
    position(of: key).map { self[$0] }
  }

  /// Returns the position of the object's record, nil if it isn't in the pack.
  func position(of key: ObjectKey) -> Int? {
    let position = lowerBound(key)
    return position < count && isKey(key, at: position) ? position : nil
  }

  /// Whether the record at `position` is the object's.
  func isKey(_ key: ObjectKey, at position: Int) -> Bool {
    let there = pointer(position)
    guard there.load(fromByteOffset: ContentID.byteCount, as: UInt8.self) == key.kind.rawValue else { return false }
    return key.id.withUnsafeBytes { id in
      id.baseAddress.map { memcmp(there, $0, ContentID.byteCount) == 0 } ?? false
    }
  }

  /// The id and the kind of the record at `position`, as they lie in the index.
  func keyPointer(_ position: Int) -> UnsafeRawPointer {
    pointer(position)
  }

  /// The length of the pack's file.
  var fileLength: Int64 {
    Int64(indexOffset + count * PackFormat.recordLength + PackFormat.trailerLength)
  }

  /// The positions of all records, in the order in which their bytes lie in the file.
  var positionsByOffset: [UInt32] {
    let offsets = (0..<count).map { self[$0].offset }
    return (0..<UInt32(count)).sorted { (offsets[Int($0)], $0) < (offsets[Int($1)], $1) }
  }

  /// Returns the position of the first record that isn't before `key`.
  func lowerBound(_ key: ObjectKey) -> Int {
    withUnsafeTemporaryAllocation(byteCount: Self.keyLength, alignment: 8) { target in
      key.id.withUnsafeBytes { target.copyMemory(from: $0) }
      target[ContentID.byteCount] = key.kind.rawValue
      guard count > 0, let wanted = target.baseAddress else { return 0 }
      let isBefore = { (position: Int) in memcmp(self.pointer(position), wanted, Self.keyLength) < 0 }
      // Digests are spread evenly, so the place is near where the first bytes say. From there, steps that double
      // find bounds, whatever the ids are, and halving finds the place between them.
      let first = UInt64(bigEndian: target.load(as: UInt64.self))
      let guess = Int(first.multipliedFullWidth(by: UInt64(count)).high)
      var low = 0
      var high = count
      var step = 4
      if isBefore(guess) {
        low = guess + 1
        while low + step < high {
          if isBefore(low + step) { low += step + 1 } else { high = low + step }
          step *= 2
        }
      } else {
        high = guess
        while high - step >= low {
          if isBefore(high - step) { low = high - step + 1 } else { high -= step }
          step *= 2
        }
      }
      while low < high {
        let middle = (low + high) / 2
        if isBefore(middle) { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}

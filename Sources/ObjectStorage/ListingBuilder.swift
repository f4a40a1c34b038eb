internal import Glibc
internal import MLTBase

/// A folder's canonical listing, made entry by entry in the order of names (`docs/design/store-format.md`).
///
/// Keeps the text alone, so that a folder of a million files takes no more memory than its listing.
final class ListingBuilder {
  private let text = MemoryBlock(count: 512)
  private var length = 0
  /// The number of bytes of all files and links below.
  private(set) var size: Int64 = 0
  /// The number of all files and links below.
  private(set) var count: Int64 = 0

  init() {
    for byte in Tree.header { put(byte) }
  }

  /// The listing so far, good until the next entry.
  var bytes: UnsafeRawBufferPointer { text.prefix(length) }

  /// Adds an entry whose name comes after all before it.
  func append(
    _ mode: TreeEntry.Mode, _ content: ContentID, size: Int64, count: Int64 = 1, name: UnsafeRawBufferPointer
  ) throws(StorageError) {
    let (newSize, sizeOverflows) = self.size.addingReportingOverflow(size)
    let (newCount, countOverflows) = self.count.addingReportingOverflow(count)
    guard size >= 0, !sizeOverflows, !countOverflows else { throw .invalidTree(.figures(Array(name))) }
    self.size = newSize
    self.count = newCount
    text.grow(to: length + 128 + name.count)
    put(mode.rawValue)
    put(0x20)
    content.withUnsafeBytes { digest in
      for byte in digest {
        put(Self.digit(byte >> 4))
        put(Self.digit(byte & 15))
      }
    }
    put(0x20)
    putNumber(size)
    put(0x20)
    putNumber(count)
    put(0x20)
    UnsafeMutableRawBufferPointer(rebasing: text.bytes[length...]).copyMemory(from: name)
    length += name.count
    put(0)
  }

  private func put(_ byte: UInt8) {
    text.bytes[length] = byte
    length += 1
  }

  private func putNumber(_ number: Int64) {
    let start = length
    var rest = number
    repeat {
      put(0x30 + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    text.bytes[start..<length].reverse()
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
  }
}

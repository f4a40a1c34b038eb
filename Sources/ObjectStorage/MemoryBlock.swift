internal import Glibc

/// Heap memory that loops may use without bounds checks, freed with its owner.
final class MemoryBlock {
  private(set) var bytes: UnsafeMutableRawBufferPointer

  /// Takes `count` bytes of memory, not cleared.
  init(count: Int, alignment: Int = 16) {
    bytes = Self.allocate(count, alignment)
  }

  private static func allocate(_ count: Int, _ alignment: Int = 16) -> UnsafeMutableRawBufferPointer {
    var pointer: UnsafeMutableRawPointer?
    guard posix_memalign(&pointer, alignment, max(1, count)) == 0 else { fatalError("out of memory") }
    return UnsafeMutableRawBufferPointer(start: pointer, count: count)
  }

  /// Makes the block at least `count` bytes large; what was in it is lost if it had to grow.
  func reserve(_ count: Int) {
    guard bytes.count < count else { return }
    free(bytes.baseAddress)
    bytes = Self.allocate(count)
  }

  /// Makes the block at least `count` bytes large, at least twice as large if it has to grow; its bytes stay.
  func grow(to count: Int) {
    guard bytes.count < count else { return }
    let length = max(count, bytes.count * 2)
    // Large blocks are moved by their pages, without a copy.
    guard let pointer = realloc(bytes.baseAddress, length) else { fatalError("out of memory") }
    bytes = UnsafeMutableRawBufferPointer(start: pointer, count: length)
  }

  /// The first `count` bytes, to be read.
  func prefix(_ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }

  deinit {
    free(bytes.baseAddress)
  }
}

/// Heap memory that loops may use without bounds checks, freed with its owner.
final class MemoryBlock {
  private(set) var bytes: UnsafeMutableRawBufferPointer

  /// Takes `count` bytes of memory, not cleared.
  init(count: Int, alignment: Int = 16) {
    bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: alignment)
  }

  /// Makes the block at least `count` bytes large; what was in it is lost if it had to grow.
  func reserve(_ count: Int) {
    guard bytes.count < count else { return }
    bytes.deallocate()
    bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
  }

  /// Makes the block at least `count` bytes large, at least twice as large if it has to grow, and keeps `kept` bytes.
  func grow(to count: Int, keeping kept: Int) {
    guard bytes.count < count else { return }
    let old = bytes
    bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, old.count * 2), alignment: 16)
    bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: old[..<kept]))
    old.deallocate()
  }

  /// The first `count` bytes, to be read.
  func prefix(_ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }

  deinit {
    bytes.deallocate()
  }
}

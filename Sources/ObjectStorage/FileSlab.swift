/// A stretch of a large file, read once and looked at by several threads.
///
/// `@unchecked Sendable`: the bytes are read from the file before others see them, and only looked at afterwards.
final class FileSlab: @unchecked Sendable {
  let block: MemoryBlock
  private let pool: BlockPool

  /// Takes memory from `pool` and, in the end, gives it back.
  init(_ pool: BlockPool) {
    self.pool = pool
    block = pool.take()
  }

  deinit {
    pool.giveBack(block)
  }

  /// The bytes in a range.
  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: block.bytes[range])
  }
}

internal import Synchronization

/// Memory that goes from one owner to the next, so that its pages needn't be made anew.
final class BlockPool: Sendable {
  // `@unchecked Sendable`: a block is in the list or with one owner.
  private struct Box: @unchecked Sendable { let block: MemoryBlock }

  private let free = Mutex<[Box]>([])
  private let blockLength: Int
  private let limit: Int

  /// Keeps up to `limit` blocks of `blockLength` bytes.
  init(blockLength: Int, limit: Int = 16) {
    self.blockLength = blockLength
    self.limit = limit
  }

  /// Returns a block of at least the pool's length.
  func take() -> MemoryBlock {
    free.withLock { $0.popLast() }?.block ?? MemoryBlock(count: blockLength)
  }

  /// Takes back a block that nobody uses any more.
  func giveBack(_ block: MemoryBlock) {
    // One that has grown is let go.
    guard block.bytes.count <= 2 * blockLength else { return }
    let box = Box(block: block)
    free.withLock { if $0.count < limit { $0.append(box) } }
  }
}

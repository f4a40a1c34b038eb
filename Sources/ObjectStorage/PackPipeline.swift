internal import MLTBase
internal import Synchronization
internal import SystemPackage

/// Writes packs while their next bytes are being made, and syncs full ones while the next pack is written.
///
/// A pack smaller than the first buffer needs no thread.
final class PackPipeline {
  private static let blockLength = 2 << 20

  // Filled by the owner, emptied by the writing thread, and back.
  private final class Blocks: Sendable {
    // `@unchecked Sendable`: a block is in the list or with one owner.
    private struct Box: @unchecked Sendable { let block: MemoryBlock }
    private let free = Mutex<[Box]>([])
    let failure = Mutex<SystemCallError?>(nil)

    func take() -> MemoryBlock {
      free.withLock { $0.popLast() }?.block
        ?? MemoryBlock(count: PackPipeline.blockLength, alignment: TemporaryPackFile.directAlignment)
    }

    func giveBack(_ block: MemoryBlock) {
      let box = Box(block: block)
      free.withLock { $0.append(box) }
    }

    // Does nothing after a failure: a pack with a gap must not become visible.
    func attempt(_ body: () throws(SystemCallError) -> Void) {
      if failure.withLock({ $0 }) != nil { return }
      do throws(SystemCallError) {
        try body()
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
  }

  private let blocks = Blocks()
  private var writing: BackgroundThread?
  private var syncing: BackgroundThread?

  /// Returns memory to fill for ``write(_:count:to:)``.
  func takeBlock() -> MemoryBlock {
    blocks.take()
  }

  /// Has the first `count` bytes of `block` written; the block isn't the caller's any more.
  ///
  /// A pack's blocks are all full but its last one, so that they lie where direct writes may go.
  func write(_ block: MemoryBlock, count: Int, to file: TemporaryPackFile) throws(SystemCallError) {
    try check()
    let writing = self.writing ?? BackgroundThread(depth: 4)
    self.writing = writing
    writing.run { [blocks] in
      blocks.attempt { () throws(SystemCallError) in
        try file.write(block.prefix(count), direct: count == Self.blockLength)
      }
      blocks.giveBack(block)
    }
  }

  /// Has a file synced and put at `path` when all of it is written.
  func publish(_ file: TemporaryPackFile, as path: FilePath) throws(SystemCallError) {
    try check()
    let syncing = self.syncing ?? BackgroundThread(depth: 2)
    self.syncing = syncing
    let job = { [blocks] in blocks.attempt { () throws(SystemCallError) in try file.publish(as: path) } }
    guard let writing else { return syncing.run(job) }
    writing.run { syncing.run(job) }
  }

  /// Waits until everything is written and published.
  func finish() throws(SystemCallError) {
    drain()
    try check()
  }

  /// Waits until nothing is being done any more, well or badly.
  func drain() {
    writing?.wait()
    syncing?.wait()
  }

  private func check() throws(SystemCallError) {
    if let failure = blocks.failure.withLock({ $0 }) { throw failure }
  }
}

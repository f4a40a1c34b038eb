internal import Glibc
internal import Synchronization

/// Does many equal pieces of work on all processors.
enum ParallelWork {
  // Several readers a disk are enough, whatever the number of processors.
  private static let workerLimit = 16

  // What the workers share.
  private final class Progress: Sendable {
    let next = Atomic<Int>(0)
    let isStopped = Atomic<Bool>(false)
    let failure = Mutex<StorageError?>(nil)

    // Does one piece; false if there are no more.
    func workOnce(_ count: Int, _ body: (Int) throws(StorageError) -> Void) -> Bool {
      if isStopped.load(ordering: .relaxed) { return false }
      let piece = next.add(1, ordering: .relaxed).oldValue
      guard piece < count else { return false }
      do throws(StorageError) {
        try body(piece)
      } catch {
        failure.withLock { $0 = $0 ?? error }
        isStopped.store(true, ordering: .relaxed)
      }
      return true
    }
  }

  /// Calls `body` for each piece from 0 to `count`, on several threads at once; the caller's is one of them.
  ///
  /// - Parameters:
  ///   - between: called on the caller's thread after each piece done by it; what it throws ends the work.
  ///   - makeWorker: makes what a thread uses for all its pieces.
  static func run<Worker>(
    _ count: Int, between: () throws -> Void, makeWorker: @escaping @Sendable () -> Worker,
    _ body: @escaping @Sendable (Worker, Int) throws(StorageError) -> Void
  ) throws {
    let progress = Progress()
    let processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let helpers = (0..<max(0, min(processors, workerLimit, count) - 1)).map { _ in BackgroundThread(depth: 1) }
    for helper in helpers {
      helper.run {
        let worker = makeWorker()
        while progress.workOnce(count, { (piece) throws(StorageError) in try body(worker, piece) }) {}
      }
    }
    defer { for helper in helpers { helper.wait() } }
    let worker = makeWorker()
    do {
      while progress.workOnce(count, { (piece) throws(StorageError) in try body(worker, piece) }) { try between() }
    } catch {
      progress.isStopped.store(true, ordering: .relaxed)
      throw error
    }
    for helper in helpers { helper.wait() }
    if let failure = progress.failure.withLock({ $0 }) { throw failure }
  }
}

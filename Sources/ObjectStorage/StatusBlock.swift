internal import MLTBase
internal import SystemPackage

/// The statuses of some of a folder's names, asked for by several threads at once.
struct StatusBlock {
  /// The positions of the names.
  let positions: Range<Int>
  private let parts: [Part]

  // Fewer names aren't worth a thread's waking.
  private static let partLength = 128
  // So that a folder of a million names doesn't take all their statuses' memory.
  private static let partLimit = 16

  /// `@unchecked Sendable`: the part is one thread's until its job is done.
  private final class Part: @unchecked Sendable {
    var statuses: [FileStatus?] = []
  }

  /// Asks for the statuses of the names from `start` on, as many as fit; nil if they are so few that it doesn't pay.
  init?(_ listing: FolderListing, from start: Int, in handle: FolderHandle, _ pool: WorkerPool) {
    let count = min((listing.count - start) / Self.partLength, Self.partLimit)
    guard count > 1, WorkerPool.processorCount > 1 else { return nil }
    positions = start..<start + count * Self.partLength
    parts = (0..<count).map { _ in Part() }
    let jobs = parts.enumerated().map { index, part in
      let first = start + index * Self.partLength
      return WorkerPool.Job { _ in
        part.statuses = (first..<first + Self.partLength).map { position in
          // The caller asks again to learn what is in the way.
          (try? FileStatus(of: listing.pointer(position), in: handle.descriptor)) ?? nil
        }
      }
    }
    for job in jobs { pool.submit(job) }
    for job in jobs { pool.wait(for: job) }
  }

  /// The status of the name at a position among ``positions``; nil if there is none to be had.
  subscript(position: Int) -> FileStatus? {
    let (part, place) = (position - positions.lowerBound).quotientAndRemainder(dividingBy: Self.partLength)
    return parts[part].statuses[place]
  }
}

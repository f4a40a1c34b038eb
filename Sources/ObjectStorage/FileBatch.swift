internal import MLTBase
internal import SystemPackage

/// What a walk met, one after the other: handed over in numbers, since a small file takes less time than handing it over.
final class FileBatch {
  /// Something the walk met.
  enum Event {
    /// A file to be read.
    case file(WalkedFolder, FolderHandle, Int, FileStatus)
    /// A file whose content is known.
    case known(WalkedFolder, Int, FileStatus, ContentID)
    /// A symbolic link, with its target.
    case link(WalkedFolder, Int, [UInt8])
    /// The end of a folder.
    case end(WalkedFolder)
    /// Something that is left out.
    case skipped(WalkedFolder, Int, StoredTree.Skipped.Reason)
  }

  private static let weightLimit = 1 << 20
  private static let countLimit = 256

  private(set) var events: [Event] = []
  /// What became of the files among the events, in their order.
  private(set) var outcomes: [FileScan.Outcome] = []
  /// What is to be stored, nil if nothing is.
  let objects: PreparedObjects?
  /// About how many bytes the batch comes to hold.
  private(set) var weight = 0
  private(set) var hasFiles = false

  /// Starts empty.
  init(_ objects: PreparedObjects?) {
    self.objects = objects
  }

  /// Whether another batch should be begun.
  var isFull: Bool { weight >= Self.weightLimit || events.count >= Self.countLimit }

  /// Adds an event.
  func append(_ event: Event) {
    if case .file(_, _, _, let status) = event {
      hasFiles = true
      weight += Int(min(status.size, FileScan.wholeLimit))
    }
    weight += 256
    events.append(event)
  }

  /// Reads the files.
  func run(_ isCancelled: (@Sendable () -> Bool)?, _ tools: WorkerTools) {
    outcomes.reserveCapacity(events.count)
    for event in events {
      guard case .file(let folder, let handle, let position, let status) = event else { continue }
      let scan = FileScan(
        folder: handle, name: folder.listing.pointer(position), status: status, isCancelled: isCancelled)
      outcomes.append(scan.run(into: objects, tools))
    }
  }
}

internal import MLTBase
internal import SystemPackage

/// Small files that one thread writes one after the other, and what came of it.
final class RestorationBatch {
  /// A file to be written.
  struct File {
    var entry: TreeEntry
    var path: FilePath
    /// Whether the folder was made just now, so that nothing is in the file's place.
    var isNew: Bool
  }

  private static let weightLimit = 1 << 20
  private static let countLimit = 128

  private(set) var files: [File] = []
  /// About how many bytes there are to write.
  private(set) var weight = 0

  // The writing thread's until that is done.
  var filesWritten: Int64 = 0
  var bytesWritten: Int64 = 0
  var failure: StorageError?

  /// Whether another batch should be begun.
  var isFull: Bool { weight >= Self.weightLimit || files.count >= Self.countLimit }

  /// Adds a file.
  func append(_ entry: TreeEntry, _ path: FilePath, isNew: Bool) {
    files.append(File(entry: entry, path: path, isNew: isNew))
    weight += 512 + Int(min(entry.size, FileRestoration.wholeLimit))
  }
}

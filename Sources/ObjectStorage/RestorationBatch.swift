internal import MLTBase
internal import SystemPackage

/// Small files that one thread writes one after the other, and what came of it.
final class RestorationBatch {
  /// A file to be written.
  struct File {
    var entry: TreeEntry
    var path: FilePath
    /// Whether the folder was made just now under a name that nobody knows, so that nothing is in the file's place.
    var isUnseen: Bool
  }

  // Two threads that make files in the same folder wait for each other: a folder of some hundreds is one batch, and
  // so are several small ones.
  private static let weightLimit = 6 << 20
  private static let countLimit = 1536
  private static let weightGoal = 1 << 20
  private static let countGoal = 128

  private(set) var files: [File] = []
  /// About how many bytes there are to write.
  private(set) var weight = 0

  // The writing thread's until that is done.
  var filesWritten: Int64 = 0
  var bytesWritten: Int64 = 0
  var failure: StorageError?

  /// Whether another batch should be begun.
  var isFull: Bool { weight >= Self.weightLimit || files.count >= Self.countLimit }

  /// Whether another batch should be begun, now that a folder ends.
  var isLarge: Bool { weight >= Self.weightGoal || files.count >= Self.countGoal }

  /// Adds a file.
  func append(_ entry: TreeEntry, _ path: FilePath, isUnseen: Bool) {
    files.append(File(entry: entry, path: path, isUnseen: isUnseen))
    weight += 512 + Int(min(entry.size, FileRestoration.wholeLimit))
  }
}

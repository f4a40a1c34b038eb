internal import MLTBase
internal import Synchronization
public import SystemPackage

/// Bytes kept under the names that their content gives them: files, and folders as trees.
///
/// The format is `docs/design/store-format.md`. Every byte that is read is verified. Any number of processes may
/// read and write at once; none waits for another.
public final class ObjectStore: Sendable {
  /// The version of the format that this code writes.
  public static let formatVersion = Int(PackFormat.version)

  /// The folder that the store is in.
  public let folder: FilePath

  let packs: PackSet
  // A reader holds buffers of some size, worth keeping between calls.
  private let readers = Mutex<[ReaderBox]>([])

  // Sound because a box is either in the list, where nobody uses it, or taken out of it by one caller.
  private struct ReaderBox: @unchecked Sendable {
    let reader: ObjectReader
  }

  /// Makes the folders of an empty store in `folder`; what is there already stays.
  ///
  /// - Throws: ``StorageError/system(_:)`` if they can't be made.
  public static func create(in folder: FilePath) throws(StorageError) {
    try stored { () throws(SystemCallError) in
      try FileOperations.createFolder(folder.appending("packs"))
      try FileOperations.createFolder(folder.appending("tmp"))
    }
  }

  /// Opens the store in `folder`; packs are looked at when something is asked for.
  ///
  /// - Throws: ``StorageError/notAStore(_:)`` if there is none, ``StorageError/system(_:)`` if it can't be looked at.
  public init(folder: FilePath) throws(StorageError) {
    let packsFolder = folder.appending("packs")
    let status = try stored { () throws(SystemCallError) in try FileStatus(at: packsFolder, followingLinks: true) }
    guard status?.kind == .directory else { throw .notAStore(folder) }
    self.folder = folder
    packs = PackSet(folder: packsFolder)
  }

  var temporaryFolder: FilePath { folder.appending("tmp") }

  /// Returns a writer, whose objects the store has once it is finished.
  public func begin() -> ObjectWriter {
    ObjectWriter(self)
  }

  /// Removes the temporary files that killed processes left behind; those of live ones stay.
  ///
  /// - Returns: how many there were.
  /// - Throws: ``StorageError/system(_:)`` if one can't be removed.
  @discardableResult
  public func removeAbandonedTemporaries() throws(StorageError) -> Int {
    try stored { () throws(SystemCallError) in
      guard try FileStatus(at: temporaryFolder, followingLinks: true) != nil else { return 0 }
      return try TemporaryPackFile.removeAbandoned(in: temporaryFolder)
    }
  }

  /// Calls `body` with a reader that nobody else uses meanwhile.
  func withReader<Result, Failure: Error>(
    _ body: (ObjectReader) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let box = readers.withLock { $0.popLast() } ?? ReaderBox(reader: ObjectReader(packs))
    defer { readers.withLock { if $0.count < 4 { $0.append(box) } } }
    return try body(box.reader)
  }
}

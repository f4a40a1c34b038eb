public import MLTBase
public import SystemPackage

/// Adds objects to a store; they are durable, and there for others, when ``finish()`` returns.
///
/// Packs that fill up on the way are published at once: bytes named by their content harm nobody. A writer is used by
/// one thread at a time. One that is neither finished nor abandoned abandons itself when it is released.
public final class ObjectWriter {
  let store: ObjectStore
  let reliance = Reliance()
  private var pack: PackWriter?
  // What is in the pack that isn't published yet.
  private var pending: Set<ObjectKey> = []
  // Full packs that are being made durable.
  private var publishing: [Pack] = []
  // The keys of both.
  private var added = KeyFilter()
  private let pipeline = PackPipeline()
  private var failure: StorageError?
  let pool = WorkerPool()
  private(set) lazy var hashing = BackgroundThread(depth: 4)
  let slabs = BlockPool(blockLength: ObjectWriter.slabLength)
  private let arenas = BlockPool(blockLength: 1 << 20)

  static let slabLength = 2 << 20

  /// Told of the progress of adding files and folders about every 50 milliseconds; nil for nobody.
  ///
  /// Called on the thread that adds. What ``FolderOptions/progress`` names is told in its place, if there is one.
  public var progress: (@Sendable (IngestProgress) -> Void)?

  /// Asked, often and by several threads, whether to stop; nil for never.
  ///
  /// What was added up to then is made durable, and the call throws ``StorageError/cancelled``; the writer can then
  /// be used again. ``FolderOptions/isCancelled`` is asked in its place, if there is one.
  public var isCancelled: (@Sendable () -> Bool)?
  var monitor = WorkMonitor(IngestProgress(), report: nil, isCancelled: nil)

  init(_ store: ObjectStore) {
    self.store = store
  }

  deinit {
    drop()
  }

  private func drop() {
    pipeline.drain()
    pack?.discard()
    pack = nil
    pending = []
    publishing = []
    added = KeyFilter()
  }

  /// Stores a file's bytes; a symbolic link is followed.
  ///
  /// Memory doesn't grow with the file. A file that changes while it is read is read once more.
  ///
  /// - Throws: ``StorageError/unreadable(_:)`` or ``StorageError/notAFile(_:)`` for the file; ``StorageError/system(_:)``
  ///   if the store can't be written, after which the writer is of no more use; ``StorageError/cancelled``.
  public func addFile(at path: FilePath) throws(StorageError) -> StoredFile {
    try watched(progress, isCancelled) { () throws(StorageError) in
      monitor.progress.filesSeen = 1
      let outcome = try SourceFile.readTwiceIfUnstable(path, followingLinks: true) { (source) throws(StorageError) in
        try take(source)
      }
      monitor.progress.filesRead = 1
      return outcome.file
    }
  }

  /// Stores bytes as a file's, and returns its content id.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the store can't be written.
  public func addBytes(_ bytes: [UInt8]) throws(StorageError) -> ContentID {
    let objects = try prepare(source: nil)
    let id = bytes.withUnsafeBytes { objects.addFile($0, pool.tools) }
    try take(objects, 0..<objects.count)
    return id
  }

  /// Stores a folder's listing, and returns its id; what it names is not asked for.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the store can't be written, ``StorageError/tooLarge(_:limit:)`` for a
  ///   folder of millions of children.
  public func addTree(_ tree: Tree) throws(StorageError) -> ContentID {
    let bytes = tree.canonicalBytes
    let id = ContentHasher.contentID(of: bytes)
    try add(ObjectKey(id: id, kind: .tree), bytes)
    return id
  }

  /// Stores a folder: files with their execute bit, symbolic links as such, folders, empty ones too.
  ///
  /// What is named `.git` or `.mlt`, can't be read, or is no file, is left out and listed in the result.
  ///
  /// - Throws: ``StorageError/unreadable(_:)`` if the folder itself can't be read; ``StorageError/system(_:)`` if the
  ///   store can't be written, after which the writer is of no more use; ``StorageError/cancelled``.
  public func addFolder(
    at folder: FilePath, options: FolderOptions = FolderOptions()
  ) throws(StorageError) -> StoredTree {
    try watched(options.progress ?? progress, options.isCancelled ?? isCancelled) { () throws(StorageError) in
      try FolderWalk.run(folder, options: options, into: self, pool, monitor)
    }
  }

  // Cancelled work leaves what was added up to then, so that doing it again goes on from there.
  private func watched<Result>(
    _ progress: (@Sendable (IngestProgress) -> Void)?, _ isCancelled: (@Sendable () -> Bool)?,
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    monitor = WorkMonitor(IngestProgress(), report: progress, isCancelled: isCancelled)
    defer { monitor = WorkMonitor(IngestProgress(), report: nil, isCancelled: nil) }
    do throws(StorageError) {
      let result = try body()
      monitor.finish()
      return result
    } catch {
      if error == .cancelled { try finish() }
      throw error
    }
  }

  /// Tells whether a file's bytes are in the store, or will be when this writer has finished.
  ///
  /// - Throws: what ``ObjectStore/containsFile(_:)`` throws.
  public func containsFile(_ id: ContentID) throws(StorageError) -> Bool {
    if isAdded(ObjectKey(id: id, kind: .chunk)) || isAdded(ObjectKey(id: id, kind: .recipe)) { return true }
    return try store.containsFile(id, relying: reliance)
  }

  /// Makes all that was added durable and visible; the writer can then be used again.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the store can't be written: what was added since the last pack is lost.
  public func finish() throws(StorageError) {
    if let failure { throw failure }
    do throws(SystemCallError) {
      if let pack {
        publishing.append(try pack.finish(isLast: true))
      } else {
        try pipeline.finish()
      }
    } catch {
      throw fail(error)
    }
    for pack in publishing {
      store.packs.adopt(pack)
      reliance.add(all: pack)
    }
    publishing = []
    pending = []
    added = KeyFilter()
    pack = nil
  }

  /// Drops what was added and isn't published; the writer can't be used afterwards.
  public func abandon() {
    drop()
    failure = failure ?? .writerEnded
  }

  // MARK: Objects

  /// Returns what takes in objects that another thread makes.
  func prepare(source: FileSlab?) throws(StorageError) -> PreparedObjects {
    PreparedObjects(packs: try store.packs.view(), relying: reliance, source: source, pool: arenas)
  }

  /// Puts some prepared objects into the pack, those that aren't there yet.
  func take(_ objects: PreparedObjects, _ range: Range<Int>) throws(StorageError) {
    if let failure { throw failure }
    try objects.forEach(in: range) { (key, codec, bytes, rawLength) throws(StorageError) in
      guard rawLength <= key.kind.sizeLimit else { throw .tooLarge(key.id, limit: Int64(key.kind.sizeLimit)) }
      if isAdded(key) { return }
      do throws(SystemCallError) {
        try currentPack().append(key, codec: codec, stored: bytes, rawLength: rawLength)
      } catch {
        throw fail(error)
      }
      pending.insert(key)
      added.insert(key)
      monitor.progress.bytesStored += Int64(bytes.count)
      if pack?.isFull == true { try endPack() }
    }
  }

  func add(_ key: ObjectKey, _ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    guard bytes.count <= key.kind.sizeLimit else { throw .tooLarge(key.id, limit: Int64(key.kind.sizeLimit)) }
    if let failure { throw failure }
    if isAdded(key) { return }
    let objects = try prepare(source: nil)
    objects.add(key, bytes, pool.tools)
    try take(objects, 0..<objects.count)
  }

  func add(_ key: ObjectKey, _ bytes: [UInt8]) throws(StorageError) {
    let block = MemoryBlock(count: max(1, bytes.count))
    block.bytes.copyBytes(from: bytes)
    try add(key, block.prefix(bytes.count))
  }

  func isAdded(_ key: ObjectKey) -> Bool {
    added.mayContain(key)
      && (pending.contains(key) || publishing.contains { $0.index.find(key) != nil })
  }

  private func currentPack() throws(SystemCallError) -> PackWriter {
    if let pack { return pack }
    let new = try PackWriter(
      temporaryFolder: store.temporaryFolder, packsFolder: store.packs.folder, pipeline: pipeline)
    pack = new
    return new
  }

  private func endPack() throws(StorageError) {
    guard let pack else { return }
    do throws(SystemCallError) {
      publishing.append(try pack.finish(isLast: false))
    } catch {
      throw fail(error)
    }
    self.pack = nil
    pending = []
  }

  // What the pack was to hold is lost, and earlier calls have said it is there: nothing may follow.
  private func fail(_ error: SystemCallError) -> StorageError {
    drop()
    let failure = StorageError.system(error)
    self.failure = failure
    return failure
  }
}

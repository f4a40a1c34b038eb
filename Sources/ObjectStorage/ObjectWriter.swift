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
  private let pipeline = PackPipeline()
  private lazy var hashing = BackgroundThread(depth: 1)
  private var failure: StorageError?
  private lazy var buffer = MemoryBlock(count: Self.bufferLength)
  private let compressed = MemoryBlock(count: Chunker.maximum)
  private let compressor = Compressor()
  // How many chunks in a row could not be compressed.
  private var incompressible = 0

  private static let bufferLength = 4 << 20

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
  }

  /// Stores a file's bytes; a symbolic link is followed.
  ///
  /// Memory doesn't grow with the file. A file that changes while it is read is read once more.
  ///
  /// - Throws: ``StorageError/unreadable(_:)`` or ``StorageError/notAFile(_:)`` for the file; ``StorageError/system(_:)``
  ///   if the store can't be written, after which the writer is of no more use.
  public func addFile(at path: FilePath) throws(StorageError) -> StoredFile {
    try take(fileAt: path, followingLinks: true).file
  }

  /// Stores bytes as a file's, and returns its content id.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the store can't be written.
  public func addBytes(_ bytes: [UInt8]) throws(StorageError) -> ContentID {
    let block = MemoryBlock(count: max(1, bytes.count))
    block.bytes.copyBytes(from: bytes)
    let whole = block.prefix(bytes.count)
    incompressible = 0
    guard Chunker.cut(whole) < bytes.count else { return try addChunk(whole) }
    var recipe = Recipe()
    var start = 0
    while start < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: whole[start...])
      let length = Chunker.cut(rest)
      recipe.append(try addChunk(UnsafeRawBufferPointer(rebasing: rest[..<length])), length: length)
      start += length
    }
    return try addRecipe(recipe, ContentHasher.contentID(of: whole))
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
  ///   store can't be written, after which the writer is of no more use.
  public func addFolder(
    at folder: FilePath, options: FolderOptions = FolderOptions()
  ) throws(StorageError) -> StoredTree {
    try FolderWalk.run(folder, options: options, into: self)
  }

  /// Tells whether a file's bytes are in the store, or will be when this writer has finished.
  ///
  /// - Throws: what ``ObjectStore/containsFile(_:)`` throws.
  public func containsFile(_ id: ContentID) throws(StorageError) -> Bool {
    if pending.contains(ObjectKey(id: id, kind: .chunk)) || pending.contains(ObjectKey(id: id, kind: .recipe)) {
      return true
    }
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
    pack = nil
  }

  /// Drops what was added and isn't published; the writer can't be used afterwards.
  public func abandon() {
    drop()
    failure = failure ?? .writerEnded
  }

  // MARK: Files

  /// Cuts a file into chunks and stores those that aren't there; returns the id of the whole and its size.
  private func ingest(_ source: borrowing SourceFile) throws(StorageError) -> (id: ContentID, size: Int64) {
    incompressible = 0
    let block = buffer
    let capacity = block.bytes.count
    let hasher = RunningHash()
    // The thread may not outlive what it reads, however this ends.
    defer { if hasher.isShared { hashing.wait() } }
    var recipe = Recipe()
    var start = 0
    var end = 0
    var isAtEnd = false
    while true {
      if !isAtEnd, end - start < Chunker.maximum {
        if hasher.isShared { hashing.wait() }
        // Whatever is left moves to the front, so that the next chunk lies in one piece.
        let rest = UnsafeRawBufferPointer(rebasing: block.bytes[start..<end])
        UnsafeMutableRawBufferPointer(rebasing: block.bytes[..<rest.count]).copyMemory(from: rest)
        end = rest.count
        start = 0
        let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: block.bytes[end...]))
        isAtEnd = end + got < capacity
        let new = end..<end + got
        end += got
        if isAtEnd, recipe.count == 0, Chunker.cut(block.prefix(end)) == end {
          // The whole file is one chunk, and its id the chunk's.
          return (try addChunk(block.prefix(end)), Int64(end))
        }
        let bytes = UnsafeRawBufferPointer(rebasing: block.bytes[new])
        if isAtEnd, !hasher.isShared {
          hasher.value.update(bytes)
        } else {
          // The whole is hashed while its chunks are cut and hashed, which takes longer.
          hasher.isShared = true
          hashing.run { hasher.value.update(bytes) }
        }
      }
      guard start < end else { break }
      let (id, length) = try addNextChunk(of: UnsafeRawBufferPointer(rebasing: block.bytes[start..<end]))
      guard recipe.count < Recipe.countLimit else {
        throw .tooLarge(id, limit: recipe.size)
      }
      recipe.append(id, length: length)
      start += length
    }
    if hasher.isShared { hashing.wait() }
    return (try addRecipe(recipe, hasher.value.finalize()), recipe.size)
  }

  // The hash of a whole file; once it is shared, the hashing thread's until that was waited for.
  private final class RunningHash {
    var value = ContentHasher()
    var isShared = false
  }

  private func addNextChunk(of rest: UnsafeRawBufferPointer) throws(StorageError) -> (id: ContentID, length: Int) {
    let zeros = Chunker.zeros
    // What a sparse file has most of need be neither searched for a cut nor hashed.
    if rest.count >= zeros.length, Chunker.isZero(UnsafeRawBufferPointer(rebasing: rest[..<zeros.length])) {
      let bytes = UnsafeRawBufferPointer(rebasing: rest[..<zeros.length])
      try add(ObjectKey(id: zeros.id, kind: .chunk), bytes)
      return (zeros.id, zeros.length)
    }
    let length = Chunker.cut(rest)
    return (try addChunk(UnsafeRawBufferPointer(rebasing: rest[..<length])), length)
  }

  // MARK: Objects

  private func addChunk(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> ContentID {
    let id = ContentHasher.contentID(of: bytes)
    try add(ObjectKey(id: id, kind: .chunk), bytes)
    return id
  }

  private func addRecipe(_ recipe: Recipe, _ id: ContentID) throws(StorageError) -> ContentID {
    try add(ObjectKey(id: id, kind: .recipe), recipe.bytes)
    return id
  }

  private func add(_ key: ObjectKey, _ bytes: [UInt8]) throws(StorageError) {
    guard bytes.count <= key.kind.sizeLimit else { throw .tooLarge(key.id, limit: Int64(key.kind.sizeLimit)) }
    let block = MemoryBlock(count: max(1, bytes.count))
    block.bytes.copyBytes(from: bytes)
    incompressible = 0
    try add(key, block.prefix(bytes.count))
  }

  private func add(_ key: ObjectKey, _ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    if let failure { throw failure }
    if isAdded(key) { return }
    if try store.packs.contains(key, relying: reliance) { return }
    do throws(SystemCallError) {
      let pack = try currentPack()
      if let count = compress(bytes) {
        try pack.append(key, codec: .zstd, stored: compressed.prefix(count), rawLength: bytes.count)
      } else {
        try pack.append(key, codec: .raw, stored: bytes, rawLength: bytes.count)
      }
    } catch {
      throw fail(error)
    }
    pending.insert(key)
    if pack?.isFull == true { try endPack() }
  }

  private func isAdded(_ key: ObjectKey) -> Bool {
    pending.contains(key) || publishing.contains { $0.index.find(key) != nil }
  }

  private func currentPack() throws(SystemCallError) -> PackWriter {
    if let pack { return pack }
    let new = try PackWriter(
      temporaryFolder: store.temporaryFolder, packsFolder: store.packs.folder, pipeline: pipeline)
    pack = new
    return new
  }

  // After several chunks of a file that don't get smaller, only one in eight is tried.
  private func compress(_ bytes: UnsafeRawBufferPointer) -> Int? {
    if incompressible >= 4, incompressible % 8 != 0 {
      incompressible += 1
      return nil
    }
    let count = compressor.compress(bytes, into: compressed)
    incompressible = count == nil ? incompressible + 1 : 0
    return count
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

extension ObjectWriter: FolderSink {
  func take(fileAt path: FilePath, followingLinks: Bool) throws(StorageError) -> SourceFile.Outcome {
    try SourceFile.readTwiceIfUnstable(path, followingLinks: followingLinks) { (source) throws(StorageError) in
      try ingest(source)
    }
  }

  func take(linkTarget: [UInt8]) throws(StorageError) -> ContentID {
    try addBytes(linkTarget)
  }

  func take(_ tree: Tree) throws(StorageError) -> ContentID {
    try addTree(tree)
  }

  func needsFile(_ id: ContentID) throws(StorageError) -> Bool {
    if isAdded(ObjectKey(id: id, kind: .chunk)) || isAdded(ObjectKey(id: id, kind: .recipe)) { return false }
    do throws(StorageError) {
      return try !store.containsFile(id, relying: reliance)
    } catch {
      // Where the store can't tell, the file is read and stored again; what hinders writing shows when writing.
      return true
    }
  }
}

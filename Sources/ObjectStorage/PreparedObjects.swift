internal import MLTBase

/// Objects that were hashed and compressed by one thread, to be put into a pack by another.
final class PreparedObjects {
  private struct Object {
    var key: ObjectKey
    var codec: PackFormat.Codec
    var rawLength: Int
    var start: Int
    var count: Int
    var isInSource: Bool

    init(
      _ key: ObjectKey, _ codec: PackFormat.Codec, _ rawLength: Int, _ start: Int, _ count: Int, isInSource: Bool
    ) {
      self.key = key
      self.codec = codec
      self.rawLength = rawLength
      self.start = start
      self.count = count
      self.isInSource = isInSource
    }
  }

  private var objects: [Object] = []
  // Packs that were there before: what they have needn't be prepared.
  private let packs: PackView
  // Takes note of what wasn't prepared because they have it.
  private let reliance: Reliance
  // The bytes that objects are pieces of; where they are stored as they are, they aren't copied.
  private let source: FileSlab?
  private let pool: BlockPool
  private let stored: MemoryBlock
  private var used = 0
  private var compression = CompressionChoice()

  /// Starts empty.
  init(packs: PackView, relying reliance: Reliance, source: FileSlab? = nil, pool: BlockPool) {
    self.packs = packs
    self.reliance = reliance
    self.source = source
    self.pool = pool
    stored = pool.take()
  }

  deinit {
    pool.giveBack(stored)
  }

  /// The number of objects.
  var count: Int { objects.count }

  /// Adds an object unless a pack has it; bytes of the source are only referred to.
  func add(_ key: ObjectKey, _ bytes: UnsafeRawBufferPointer, sourceOffset: Int? = nil, _ tools: WorkerTools) {
    if packs.contains(key, relying: reliance) { return }
    if compression.isWorthTrying(bytes) {
      stored.grow(to: used + bytes.count)
      let target = UnsafeMutableRawBufferPointer(rebasing: stored.bytes[used..<used + bytes.count])
      let count = tools.compressor.compress(bytes, into: target)
      compression.learn(hasShrunk: count != nil)
      if let count { return append(Object(key, .zstd, bytes.count, used, count, isInSource: false)) }
    }
    if let sourceOffset {
      objects.append(Object(key, .raw, bytes.count, sourceOffset, bytes.count, isInSource: true))
    } else {
      stored.grow(to: used + bytes.count)
      UnsafeMutableRawBufferPointer(rebasing: stored.bytes[used...]).copyMemory(from: bytes)
      append(Object(key, .raw, bytes.count, used, bytes.count, isInSource: false))
    }
  }

  private func append(_ object: Object) {
    objects.append(object)
    used += object.count
  }

  /// Adds a chunk, and returns its id.
  func addChunk(_ bytes: UnsafeRawBufferPointer, sourceOffset: Int? = nil, _ tools: WorkerTools) -> ContentID {
    let id = ContentHasher.contentID(of: bytes)
    add(ObjectKey(id: id, kind: .chunk), bytes, sourceOffset: sourceOffset, tools)
    return id
  }

  /// Adds a whole file, and returns its id.
  func addFile(_ bytes: UnsafeRawBufferPointer, _ tools: WorkerTools) -> ContentID {
    guard Chunker.cut(bytes) < bytes.count else { return addChunk(bytes, tools) }
    var recipe = Recipe()
    var start = 0
    while start < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let length = Chunker.cut(rest)
      recipe.append(addChunk(UnsafeRawBufferPointer(rebasing: rest[..<length]), tools), length: length)
      start += length
    }
    let id = ContentHasher.contentID(of: bytes)
    recipe.bytes.withUnsafeBytes { add(ObjectKey(id: id, kind: .recipe), $0, tools) }
    return id
  }

  /// Passes some of the objects on, as they are to be stored.
  func forEach(
    in range: Range<Int>,
    _ body: (ObjectKey, PackFormat.Codec, UnsafeRawBufferPointer, _ rawLength: Int) throws(StorageError) -> Void
  ) throws(StorageError) {
    for object in objects[range] {
      let block = object.isInSource ? source?.block ?? stored : stored
      let bytes = UnsafeRawBufferPointer(rebasing: block.bytes[object.start..<object.start + object.count])
      try body(object.key, object.codec, bytes, object.rawLength)
    }
  }
}

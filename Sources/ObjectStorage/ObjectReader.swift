internal import MLTBase
internal import SystemPackage

/// Reads objects one after the other, verified, into memory that it reuses.
final class ObjectReader {
  // How often a reader looks again that comes too late each time, since packs are merged as it reads.
  private static let attempts = 8

  private let packs: PackSet
  private let stored = MemoryBlock(count: 64 << 10)
  private let raw = MemoryBlock(count: 64 << 10)
  private let decompressor = Decompressor()

  init(_ packs: PackSet) {
    self.packs = packs
  }

  /// Reads an object.
  ///
  /// - Returns: its bytes, good until the next call.
  func read(_ id: ContentID, _ kind: ObjectKind) throws(StorageError) -> UnsafeRawBufferPointer {
    guard let bytes = try readIfThere(id, kind) else { throw try missing(id, kind) }
    return bytes
  }

  /// Reads an object, nil if it isn't there.
  func readIfThere(_ id: ContentID, _ kind: ObjectKind) throws(StorageError) -> UnsafeRawBufferPointer? {
    try readWithPlace(ObjectKey(id: id, kind: kind))?.bytes
  }

  /// Reads an object and tells from where, nil if it isn't there.
  func readWithPlace(
    _ key: ObjectKey
  ) throws(StorageError) -> (place: PackSet.Location, bytes: UnsafeRawBufferPointer)? {
    var places = try packs.find(key)
    for attempt in 0..<Self.attempts {
      var failure: StorageError?
      var isGone = false
      for place in places {
        do throws(StorageError) {
          return (place, try read(place))
        } catch {
          if case .system(let cause) = error, cause.errno == .noSuchFileOrDirectory { isGone = true }
          failure = failure ?? error
        }
      }
      guard let failure else { return nil }
      // Its pack went away since it was listed: its objects may have moved to another.
      guard isGone, attempt + 1 < Self.attempts, try packs.refresh(always: true) else { throw failure }
      places = try packs.find(key)
    }
    return nil
  }

  /// What to say of an object that isn't found: if a pack can't be read, it may be in that one.
  func missing(_ id: ContentID, _ kind: ObjectKind) throws(StorageError) -> StorageError {
    try packs.damaged().first?.error ?? .missing(id, kind)
  }

  /// Reads the object at one place and verifies it.
  ///
  /// - Parameter isVerified: whether this process has just verified the bytes: they aren't hashed again.
  func read(
    _ place: PackSet.Location, isVerified: Bool = false
  ) throws(StorageError) -> UnsafeRawBufferPointer {
    let record = place.record
    let corruption = { (damage: Corruption.Damage) in
      StorageError.corrupt(Corruption(pack: place.pack.path, object: record.key.id, damage: damage))
    }
    let handle = try packs.handle(of: place.pack)
    raw.reserve(record.rawLength)
    switch record.codec {
    case .raw:
      guard try handle.read(into: raw.bytes, at: Int64(record.offset), count: record.rawLength) else {
        throw corruption(.truncated)
      }
    case .zstd:
      stored.reserve(record.storedLength)
      guard try handle.read(into: stored.bytes, at: Int64(record.offset), count: record.storedLength) else {
        throw corruption(.truncated)
      }
      let target = UnsafeMutableRawBufferPointer(rebasing: raw.bytes[..<record.rawLength])
      guard decompressor.decompress(stored.prefix(record.storedLength), into: target) else {
        throw corruption(.compression)
      }
    }
    let bytes = raw.prefix(record.rawLength)
    // A recipe's name is the hash of the file; it carries a checksum of itself.
    guard isVerified || record.key.kind == .recipe || ContentHasher.contentID(of: bytes) == record.key.id else {
      throw corruption(.hash)
    }
    if record.key.kind == .recipe, Recipe(bytes) == nil { throw corruption(.recipe) }
    return bytes
  }

  /// The bytes as they are stored of the object that `read` just returned as `raw`.
  func storedBytes(of record: PackFormat.Record, raw bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    switch record.codec {
    case .raw: bytes
    case .zstd: stored.prefix(record.storedLength)
    }
  }

  /// Reads a file's recipe, nil if there is none.
  func recipe(_ id: ContentID) throws(StorageError) -> Recipe? {
    guard let bytes = try readIfThere(id, .recipe) else { return nil }
    guard let recipe = Recipe(bytes) else {
      throw .corrupt(Corruption(pack: nil, object: id, damage: .recipe))
    }
    return recipe
  }

  /// Passes a file's bytes to `body` piece by piece, each verified, and verifies the whole at the end.
  func readFile(_ id: ContentID, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if let bytes = try readIfThere(id, .chunk) {
      try body(bytes)
      return
    }
    guard let recipe = try recipe(id) else { throw try missing(id, .recipe) }
    var hasher = ContentHasher()
    for index in 0..<recipe.count {
      let piece = recipe[index]
      let bytes = try read(piece.id, .chunk)
      guard bytes.count == piece.length else {
        throw StorageError.corrupt(Corruption(pack: nil, object: id, damage: .recipe))
      }
      hasher.update(bytes)
      try body(bytes)
    }
    guard hasher.finalize() == id else {
      throw StorageError.corrupt(Corruption(pack: nil, object: id, damage: .recipe))
    }
  }
}

internal import MLTBase
internal import ObjectStorage

/// Goes from files and folders down to all objects that make them up, without recursion, reading what this clone lacks from the
/// remote's packs: nearby ranges together, and each object checked.
///
/// What is done with an object that was read, and whether it need be read at all, is the caller's.
final class ObjectSearch {
  /// What is known of an object that is needed.
  enum Need {
    /// It needn't be read.
    case nothing
    /// Its bytes are wanted.
    case bytes
  }

  private struct Item {
    var place: PackCatalog.Place
    // The places that were tried before and found damaged.
    var attempt: Int
  }

  // The most bytes that are read at once, and the most unwanted ones between two that are wanted.
  private static let rangeLimit = 4 << 20
  private static let gapLimit = 64 << 10

  private let transport: any Transport
  private let store: ObjectStore?
  private let catalog: PackCatalog
  private let check = StoredObjectCheck()
  private var seen: Set<ObjectKey> = []
  private var pending: [ObjectReference] = []
  private var items: [Item] = []
  // What trees say of the sizes of files that have recipes.
  private var sizes: [ContentID: Int64] = [:]

  /// What is named and is nowhere.
  private(set) var missing: Set<ContentID> = []
  /// What is damaged, or not what it claims to be, wherever the remote has it.
  private(set) var problems: [RemoteProblem] = []
  private(set) var progress = TransferProgress()

  /// Files that aren't looked for, whatever names them.
  var excluded: Set<ContentID> = []
  /// Whether this clone's own bytes of a chunk are as good as the remote's: the chunk needn't be looked for then.
  var countsLocalChunks = true
  /// Asked of each object that the remote has and whether its bytes are wanted; those of trees and recipes always are.
  var need: (ObjectKey) -> Need = { _ in .bytes }
  /// Takes each object that was read: what the index says, the stored bytes, the bytes.
  var onRead: (PackFormat.Record, UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(RemoteError) -> Void = {
    _, _, _ throws(RemoteError) in
  }

  /// Starts with nothing.
  ///
  /// - Parameters:
  ///   - catalog: the packs to look in.
  ///   - store: what this clone has; nil to look at the remote alone.
  init(_ transport: any Transport, _ catalog: PackCatalog, _ store: ObjectStore?) {
    self.transport = transport
    self.catalog = catalog
    self.store = store
  }

  /// Whether an object was reached.
  func hasReached(_ key: ObjectKey) -> Bool { seen.contains(key) }

  /// Goes down from files and trees, whichever of them have the ids.
  func run(_ roots: [ContentID], _ options: TransferOptions) throws(RemoteError) {
    for root in roots {
      let isTree = try has(ObjectKey(id: root, kind: .tree))
      if isTree { pending.append(ObjectReference(id: root, kind: .tree, size: nil)) }
      var isFile = try has(ObjectKey(id: root, kind: .chunk))
      if !isFile { isFile = try has(ObjectKey(id: root, kind: .recipe)) }
      if isFile || !isTree { pending.append(ObjectReference(id: root, kind: .file, size: nil)) }
    }
    try settlePending()
    while !items.isEmpty {
      try options.check()
      let batch = items
      items = []
      try read(batch, options)
      try settlePending()
    }
  }

  /// Reads given objects, and nothing that they name.
  func read(_ places: [PackCatalog.Place], _ options: TransferOptions) throws(RemoteError) {
    items = places.map { Item(place: $0, attempt: 0) }
    while !items.isEmpty {
      try options.check()
      let batch = items
      items = []
      try read(batch, options)
      pending = []
    }
  }

  private func has(_ key: ObjectKey) throws(RemoteError) -> Bool {
    if catalog.place(of: key) != nil { return true }
    return try isLocal(key)
  }

  private func isLocal(_ key: ObjectKey) throws(RemoteError) -> Bool {
    guard let store else { return false }
    return try storing { () throws(StorageError) in try store.contains(key) }
  }

  private func settlePending() throws(RemoteError) {
    while let next = pending.popLast() {
      switch next.kind {
      case .tree: if try !take(ObjectKey(id: next.id, kind: .tree), size: nil) { missing.insert(next.id) }
      case .chunk: if try !take(ObjectKey(id: next.id, kind: .chunk), size: next.size) { missing.insert(next.id) }
      case .file where excluded.contains(next.id): continue
      case .file:
        if try take(ObjectKey(id: next.id, kind: .chunk), size: next.size) { continue }
        if let size = next.size { sizes[next.id] = size }
        if try !take(ObjectKey(id: next.id, kind: .recipe), size: nil) { missing.insert(next.id) }
      }
    }
  }

  // Whether the object is here or in the remote; if it is to be read, it is noted.
  private func take(_ key: ObjectKey, size: Int64?) throws(RemoteError) -> Bool {
    if seen.contains(key) { return true }
    if key.kind == .chunk {
      if countsLocalChunks, try isLocal(key) {
        seen.insert(key)
        return true
      }
    } else if let store,
      let references = try storing({ () throws(StorageError) in try store.references(of: key) })
    {
      seen.insert(key)
      pending += references
      return true
    }
    guard let place = catalog.place(of: key) else { return false }
    // Only a lying index, or a file that isn't what a folder says, has another size.
    if let size, place.record.rawLength != size {
      problems.append(damage(place, .truncated))
      return true
    }
    seen.insert(key)
    if key.kind != .chunk || need(key) == .bytes { schedule(Item(place: place, attempt: 0)) }
    return true
  }

  private func schedule(_ item: Item) {
    items.append(item)
    if item.attempt == 0 {
      progress.objectsTotal += 1
      progress.bytesTotal += Int64(item.place.record.storedLength)
    }
  }

  private func damage(_ place: PackCatalog.Place, _ damage: Corruption.Damage) -> RemoteProblem {
    let id = place.record.key.id
    return .object(id, .pack(place.pack.id), Corruption(pack: nil, object: id, damage: damage))
  }

  // MARK: Reading

  private struct Range {
    var pack: Pack
    var offset: Int
    var end: Int
    // Numbers of items in the batch.
    var items: [Int]

    // Whether an object at `start` up to `stop` lies near enough to be read with the others.
    func reaches(_ other: Pack, _ start: Int, _ stop: Int) -> Bool {
      pack === other && start - end <= gapLimit && max(stop, end) - offset <= rangeLimit
    }
  }

  private func read(_ batch: [Item], _ options: TransferOptions) throws(RemoteError) {
    let ranges = Self.ranges(batch)
    let requests = ranges.map {
      ReadRequest(.pack($0.pack.id), offset: Int64($0.offset), count: $0.end - $0.offset)
    }
    var failure: RemoteError?
    do throws(TransportError) {
      try transport.read(requests) { number, bytes in
        do throws(RemoteError) {
          for item in ranges[number].items { try take(batch[item], from: bytes, at: ranges[number].offset) }
          options.progress?(progress)
          try options.check()
          return true
        } catch {
          failure = error
          return false
        }
      }
    } catch {
      throw .transport(error)
    }
    if let failure { throw failure }
  }

  private static func ranges(_ batch: [Item]) -> [Range] {
    var offsets: [(pack: ContentID, offset: Int, item: Int)] = []
    for (number, item) in batch.enumerated() { offsets.append((item.place.pack.id, item.place.record.offset, number)) }
    offsets.sort { $0.pack == $1.pack ? $0.offset < $1.offset : $0.pack < $1.pack }
    var ranges: [Range] = []
    for (_, offset, number) in offsets {
      let place = batch[number].place
      let end = offset + place.record.storedLength
      // Not with a copy of the last one, which its items would then be copied for.
      let last = ranges.count - 1
      if last >= 0, ranges[last].reaches(place.pack, offset, end) {
        ranges[last].end = max(end, ranges[last].end)
        ranges[last].items.append(number)
      } else {
        ranges.append(Range(pack: place.pack, offset: offset, end: end, items: [number]))
      }
    }
    return ranges
  }

  private func take(_ item: Item, from bytes: [UInt8], at offset: Int) throws(RemoteError) {
    let record = item.place.record
    let start = record.offset - offset
    // As typed throws don't pass through closures over raw bytes, the outcome does.
    let outcome = bytes.withUnsafeBytes { buffer -> Result<Corruption?, RemoteError> in
      let stored = UnsafeRawBufferPointer(rebasing: buffer[start..<start + record.storedLength])
      do throws(Corruption) {
        let raw = try check.bytes(of: record, stored: stored)
        let references = try check.references(of: record, bytes: raw)
        if record.key.kind == .recipe, let size = sizes[record.key.id],
          references.reduce(0, { $0 + ($1.size ?? 0) }) != size
        {
          return .success(Corruption(pack: nil, object: record.key.id, damage: .recipe))
        }
        pending += references
        do throws(RemoteError) {
          try onRead(record, stored, raw)
        } catch {
          return .failure(error)
        }
        return .success(nil)
      } catch {
        return .success(error)
      }
    }
    guard let corruption = try outcome.get() else {
      progress.objects += 1
      progress.bytes += Int64(record.storedLength)
      return
    }
    let places = catalog.places(of: record.key)
    if item.attempt + 1 < places.count {
      schedule(Item(place: places[item.attempt + 1], attempt: item.attempt + 1))
    } else {
      problems.append(.object(record.key.id, .pack(item.place.pack.id), corruption))
    }
  }
}

internal import MLTBase
internal import SystemPackage

extension ObjectWriter: FolderSink {
  func needsFile(_ id: ContentID) throws(StorageError) -> Bool {
    if isAdded(ObjectKey(id: id, kind: .chunk)) || isAdded(ObjectKey(id: id, kind: .recipe)) { return false }
    do throws(StorageError) {
      return try !store.containsFile(id, relying: reliance)
    } catch {
      // Where the store can't tell, the file is read and stored again; what hinders writing shows when writing.
      return true
    }
  }

  func prepare() throws(StorageError) -> PreparedObjects? {
    try prepare(source: nil)
  }

  func take(linkTarget: [UInt8]) throws(StorageError) -> ContentID {
    try addBytes(linkTarget)
  }

  func take(listing: UnsafeRawBufferPointer) throws(StorageError) -> ContentID {
    let id = ContentHasher.contentID(of: listing)
    try add(ObjectKey(id: id, kind: .tree), listing)
    return id
  }

  func take(_ source: borrowing SourceFile) throws(StorageError) -> (id: ContentID, size: Int64) {
    if source.limit <= FileScan.wholeLimit {
      let tools = pool.tools
      tools.buffer.reserve(Int(source.limit))
      let room = UnsafeMutableRawBufferPointer(rebasing: tools.buffer.bytes[..<Int(source.limit)])
      let count = try source.read(into: room, after: 0)
      let objects = try prepare(source: nil)
      let id = objects.addFile(tools.buffer.prefix(count), tools)
      try take(objects, 0..<objects.count)
      monitor.progress.bytesRead += Int64(count)
      return (id, Int64(count))
    }
    let work = OrderedWork(pool)
    defer { work.end(takingResults: false) }
    let file = StreamedFile()
    try read(source, file, through: work)
    try work.drain()
    return (try finish(file), file.recipe.size)
  }

  func stream(
    _ source: consuming SourceFile, through work: OrderedWork,
    _ completion: @escaping (ContentID?) throws(StorageError) -> Void
  ) throws(StorageError) {
    let file = StreamedFile()
    try read(source, file, through: work)
    let opened = OpenedFile(source)
    try work.add(nil) { [self] () throws(StorageError) in
      let id = try finish(file)
      try completion(opened.source.isUnchanged(afterReading: file.recipe.size) ? id : nil)
    }
  }

  // A file that is kept open until its last bytes are stored.
  private final class OpenedFile {
    let source: SourceFile

    init(_ source: consuming SourceFile) {
      self.source = source
    }
  }

  // What is known of a file whose stretches are being looked at.
  private final class StreamedFile {
    var recipe = Recipe()
    // The hashing thread's, until that was waited for.
    var hasher = ContentHasher()
  }

  // Reads a file and cuts it on this thread; others hash the whole, and hash and compress the chunks.
  private func read(
    _ source: borrowing SourceFile, _ file: StreamedFile, through work: OrderedWork
  ) throws(StorageError) {
    var rest = (slab: FileSlab(slabs), range: 0..<0)
    var done: Int64 = 0
    var isAtEnd = false
    while !isAtEnd {
      try monitor.check()
      let slab = FileSlab(slabs)
      // What the last stretch left uncut comes first, so that the next chunk lies in one piece.
      let kept = rest.range.count
      slab.block.bytes.copyMemory(from: rest.slab.bytes(rest.range))
      let room = UnsafeMutableRawBufferPointer(rebasing: slab.block.bytes[kept..<Self.slabLength])
      let count = try source.read(into: room, after: done)
      isAtEnd = count < room.count
      done += Int64(count)
      monitor.progress.bytesRead += Int64(count)
      hashing.run { file.hasher.update(slab.bytes(kept..<kept + count)) }
      let pieces = Self.cut(slab, 0..<kept + count, isAtEnd: isAtEnd)
      let end = pieces.last?.upperBound ?? 0
      rest = (slab, end..<kept + count)
      try add(pieces, of: slab, to: file, through: work)
    }
  }

  // Cuts as long as what remains is enough for the longest chunk, or the file's end.
  private static func cut(_ slab: FileSlab, _ range: Range<Int>, isAtEnd: Bool) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = range.lowerBound
    while start < range.upperBound, isAtEnd || range.upperBound - start >= Chunker.maximum {
      let bytes = slab.bytes(start..<range.upperBound)
      let zeros = Chunker.zeros.length
      // What a sparse file has most of needn't be searched for a cut.
      let isHole = bytes.count >= zeros && Chunker.isZero(slab.bytes(start..<start + zeros))
      let length = isHole ? zeros : Chunker.cut(bytes)
      pieces.append(start..<start + length)
      start += length
    }
    return pieces
  }

  private func add(
    _ pieces: [Range<Int>], of slab: FileSlab, to file: StreamedFile, through work: OrderedWork
  ) throws(StorageError) {
    let objects = try prepare(source: slab)
    let ids = PieceIDs()
    let job = WorkerPool.Job { tools in
      for piece in pieces {
        let bytes = slab.bytes(piece)
        let isHole = piece.count == Chunker.zeros.length && Chunker.isZero(bytes)
        if isHole { objects.add(ObjectKey(id: Chunker.zeros.id, kind: .chunk), bytes, tools) }
        ids.values.append(
          isHole ? Chunker.zeros.id : objects.addChunk(bytes, sourceOffset: piece.lowerBound, tools))
      }
    }
    try work.add(job, weight: 2 * Self.slabLength) { [self] () throws(StorageError) in
      try take(objects, 0..<objects.count)
      for (piece, id) in zip(pieces, ids.values) {
        guard file.recipe.count < Recipe.countLimit else { throw .tooLarge(id, limit: file.recipe.size) }
        file.recipe.append(id, length: piece.count)
      }
    }
  }

  // A job's result.
  private final class PieceIDs {
    var values: [ContentID] = []
  }

  // All chunks are stored: the list of them follows, if there are several.
  private func finish(_ file: StreamedFile) throws(StorageError) -> ContentID {
    hashing.wait()
    if file.recipe.count == 1 { return file.recipe[0].id }
    if file.recipe.count == 0 { return try addBytes([]) }
    let id = file.hasher.finalize()
    try add(ObjectKey(id: id, kind: .recipe), file.recipe.bytes)
    return id
  }
}

internal import MLTBase
internal import SystemPackage

/// Writes single files from a store: one with many chunks by several threads.
final class FileRestoration {
  // Files up to this size are written by one thread.
  static let wholeLimit: Int64 = 2 << 20
  private static let stretchLength = 2 << 20

  private let store: ObjectStore
  private let pool: WorkerPool
  private let monitor: WorkMonitor<RestoreProgress>
  private let slabs = BlockPool(blockLength: FileRestoration.stretchLength)
  private lazy var hashing = BackgroundThread(depth: 4)

  /// Takes the threads that read, and whom to tell of it.
  init(_ store: ObjectStore, _ pool: WorkerPool, _ monitor: WorkMonitor<RestoreProgress>) {
    self.store = store
    self.pool = pool
    self.monitor = monitor
  }

  /// Writes a small file with what `reader` reads.
  ///
  /// - Parameter isUnseen: whether it is in a folder that nobody else knows of.
  /// - Returns: the file's status before it was renamed.
  static func run(
    _ id: ContentID, to path: FilePath, isExecutable: Bool, isUnseen: Bool = false, removingFolder: Bool,
    replacing replaceable: Replaceable = .anything, _ reader: ObjectReader
  ) throws(StorageError) -> FileStatus {
    let body = { (output: RestoredFile) throws(StorageError) in
      do {
        try reader.readFile(id) { try output.append($0) }
      } catch let error as StorageError {
        throw error
      } catch let error as SystemCallError {
        throw .system(error)
      } catch {
        preconditionFailure("reading and writing throw nothing else: \(error)")
      }
    }
    if isUnseen {
      return try RestoredFile.writeUnseen(path, isExecutable: isExecutable, body)
    } else {
      return try RestoredFile.write(
        path, isExecutable: isExecutable, removingFolder: removingFolder, replacing: replaceable, body)
    }
  }

  /// Writes a file of any size.
  func run(
    _ id: ContentID, to path: FilePath, isExecutable: Bool, removingFolder: Bool, replacing replaceable: Replaceable
  ) throws(StorageError) {
    let recipe = try store.withReader { (reader) throws(StorageError) -> Recipe? in
      // A chunk of that name is the whole file.
      if try !store.packs.find(ObjectKey(id: id, kind: .chunk)).isEmpty { return nil }
      return try reader.recipe(id)
    }
    let status: FileStatus
    if let recipe, recipe.size > Self.wholeLimit {
      status = try RestoredFile.write(
        path, isExecutable: isExecutable, removingFolder: removingFolder, replacing: replaceable
      ) { (output) throws(StorageError) in
        try assemble(id, recipe, output)
      }
    } else {
      status = try store.withReader { (reader) throws(StorageError) in
        try Self.run(
          id, to: path, isExecutable: isExecutable, removingFolder: removingFolder, replacing: replaceable, reader)
      }
      monitor.progress.bytesWritten += try store.fileSize(id) ?? 0
    }
    monitor.progress.filesWritten += 1
    monitor.seen?(id, status)
  }

  // A job's result.
  private final class Stretch {
    var failure: StorageError?
  }

  // The hashing thread's until that was waited for.
  private final class RunningHash {
    var value = ContentHasher()
  }

  // The threads read, verify and write stretches, each at its place; the whole is hashed in order.
  private func assemble(
    _ id: ContentID, _ recipe: Recipe, _ output: RestoredFile
  ) throws(StorageError) {
    let work = OrderedWork(pool)
    // No thread may write any more when the file is closed, however this ends.
    defer { work.end(takingResults: false) }
    let hash = RunningHash()
    let damage = StorageError.corrupt(Corruption(pack: nil, object: id, damage: .recipe))
    var next = 0
    var offset: Int64 = 0
    while next < recipe.count {
      try monitor.check()
      var pieces: [Recipe.Piece] = []
      var length = 0
      while next < recipe.count, length + recipe[next].length <= Self.stretchLength {
        pieces.append(recipe[next])
        length += recipe[next].length
        next += 1
      }
      let slab = FileSlab(slabs)
      let stretch = Stretch()
      let start = offset
      let job = WorkerPool.Job { [store, pieces] _ in
        do throws(StorageError) {
          try store.withReader { (reader) throws(StorageError) in
            var done = 0
            for piece in pieces {
              let bytes = try reader.read(piece.id, .chunk)
              guard bytes.count == piece.length else { throw damage }
              UnsafeMutableRawBufferPointer(rebasing: slab.block.bytes[done...]).copyMemory(from: bytes)
              let copy = slab.bytes(done..<done + bytes.count)
              try stored { () throws(SystemCallError) in _ = try output.write(copy, at: start + Int64(done)) }
              done += bytes.count
            }
          }
        } catch {
          stretch.failure = error
        }
      }
      offset += Int64(length)
      try work.add(job, weight: length) { [self, length] () throws(StorageError) in
        if let failure = stretch.failure { throw failure }
        hashing.run { hash.value.update(slab.bytes(0..<length)) }
        monitor.progress.bytesWritten += Int64(length)
        try monitor.check()
      }
    }
    try work.drain()
    hashing.wait()
    guard hash.value.finalize() == id else { throw damage }
    output.end(at: offset)
  }
}

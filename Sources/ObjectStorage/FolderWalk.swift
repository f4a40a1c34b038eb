internal import MLTBase
internal import SystemPackage

/// What becomes of what a walk over a folder finds.
///
/// Called on the walk's thread.
protocol FolderSink {
  /// Whether the bytes of a file must be read although they are known.
  func needsFile(_ id: ContentID) throws(StorageError) -> Bool
  /// Returns what takes in objects from files that are read by another thread, nil if only names are wanted.
  func prepare() throws(StorageError) -> PreparedObjects?
  /// Takes some of the prepared objects.
  func take(_ objects: PreparedObjects, _ range: Range<Int>) throws(StorageError)
  /// Reads a file too large for one thread, and passes its content on if it stayed as it was; nil if it didn't.
  func stream(
    _ source: consuming SourceFile, through work: OrderedWork,
    _ completion: @escaping (_ content: ContentID?) throws(StorageError) -> Void
  ) throws(StorageError)
  /// Takes the bytes of a file at its opening; returns their content and number.
  func take(_ source: borrowing SourceFile) throws(StorageError) -> (id: ContentID, size: Int64)
  /// Takes a symbolic link's target.
  func take(linkTarget: [UInt8]) throws(StorageError) -> ContentID
  /// Takes a folder's listing.
  func take(listing: UnsafeRawBufferPointer) throws(StorageError) -> ContentID
}

/// A walk over a folder, children before their parent, without recursion.
///
/// The walk's thread lists folders, looks at files, and asks ``FolderOptions``; others read the files meanwhile. What
/// they find is taken on the walk's thread again, in the order of the walk.
final class FolderWalk<Sink: FolderSink> {
  // Of a deeper walk only so many folders stay open.
  private static var openLimit: Int { 64 }

  private let root: FilePath
  private let options: FolderOptions
  private let sink: Sink
  private let work: OrderedWork
  private let monitor: WorkMonitor<IngestProgress>
  private var stack: [WalkedFolder] = []
  // The path of what is looked at, as the options' functions want it.
  private var path: [UInt8]
  private var batch: FileBatch
  private var skipped: [StoredTree.Skipped] = []
  private var unstable: [[UInt8]] = []
  private var result: StoredTree?

  /// Walks `folder` and returns its tree.
  static func run(
    _ folder: FilePath, options: FolderOptions, into sink: Sink, _ pool: WorkerPool,
    _ monitor: WorkMonitor<IngestProgress>
  ) throws(StorageError) -> StoredTree {
    let walk = try FolderWalk(folder, options, sink, pool, monitor)
    do throws(StorageError) {
      return try walk.run()
    } catch {
      walk.work.end(takingResults: error == .cancelled)
      throw error
    }
  }

  private init(
    _ folder: FilePath, _ options: FolderOptions, _ sink: Sink, _ pool: WorkerPool,
    _ monitor: WorkMonitor<IngestProgress>
  ) throws(StorageError) {
    self.options = options
    self.sink = sink
    self.monitor = monitor
    work = OrderedWork(pool)
    root = folder
    path = options.prefix
    batch = FileBatch(try sink.prepare())
  }

  private func run() throws(StorageError) -> StoredTree {
    let handle = try readable { () throws(SystemCallError) in try FolderHandle.open(at: root) }
    do throws(Errno) {
      stack.append(try WalkedFolder(handle, parent: nil, position: 0))
    } catch {
      throw .unreadable(SystemCallError("list", root, error))
    }
    while let folder = stack.last {
      if folder.next < folder.listing.count {
        folder.next += 1
        try visit(folder.next - 1, in: folder)
      } else {
        stack.removeLast()
        try leave(folder)
      }
    }
    try flush()
    try work.drain()
    guard let result else { preconditionFailure("the end of the first folder was taken") }
    return result
  }

  // MARK: The way

  private func visit(_ position: Int, in folder: WalkedFolder) throws(StorageError) {
    try monitor.check()
    guard let handle = folder.handle else {
      return try append(.skipped(folder, position, .unreadable(.noSuchFileOrDirectory)))
    }
    let name = folder.listing.pointer(position)
    guard let status = try status(position, in: folder, handle) else { return }
    let folderLength = path.count
    if !path.isEmpty { path.append(0x2F) }
    path.append(contentsOf: folder.listing.bytes(position))
    var isEntered = false
    defer { if !isEntered { path.removeSubrange(folderLength...) } }
    if options.isIgnored(path, status.kind == .directory) { return }
    if TreeEntry.isReserved(folder.listing.bytes(position)) {
      return try append(.skipped(folder, position, .reservedName))
    }
    switch status.kind {
    case .special:
      try append(.skipped(folder, position, .special))
    case .directory:
      let entered = try attempt(folder, position, "list") { () throws(Errno) in
        try WalkedFolder(handle.open(name), parent: folder, position: position)
      }
      guard let entered else { return }
      try enter(entered)
      isEntered = true
    case .symbolicLink:
      monitor.progress.filesSeen += 1
      let target = try attempt(folder, position, "read link") { () throws(Errno) in try handle.linkTarget(name) }
      if let target { try append(.link(folder, position, target)) }
    case .regular:
      monitor.progress.filesSeen += 1
      if let known = options.known(path, status), try !sink.needsFile(known) {
        try append(.known(folder, position, status, known))
      } else if batch.objects != nil, status.size > FileScan.wholeLimit {
        try stream(position, in: folder, handle, status)
      } else {
        try append(.file(folder, handle, position, status))
      }
    }
  }

  private func status(
    _ position: Int, in folder: WalkedFolder, _ handle: FolderHandle
  ) throws(StorageError) -> FileStatus? {
    if folder.statuses.map({ $0.positions.upperBound <= position }) ?? true {
      folder.statuses = StatusBlock(folder.listing, from: position, in: handle, work.pool)
    }
    if let block = folder.statuses, let status = block[position] { return status }
    return try attempt(folder, position, "look at") { () throws(Errno) in
      guard let status = try FileStatus(of: folder.listing.pointer(position), in: handle.descriptor) else {
        throw .noSuchFileOrDirectory
      }
      return status
    }
  }

  private func enter(_ folder: WalkedFolder) throws(StorageError) {
    stack.append(folder)
    guard stack.count > Self.openLimit else { return }
    let far = stack[stack.count - 1 - Self.openLimit]
    // One whose identity can't be asked stays open.
    guard let identity = try? far.handle?.identity() else { return }
    far.identity = identity
    far.handle = nil
  }

  private func leave(_ folder: WalkedFolder) throws(StorageError) {
    try append(.end(folder))
    guard let parent = folder.parent else { return }
    path.removeLast(min(parent.listing.bytes(folder.position).count + 1, path.count))
    if parent.handle == nil, let identity = parent.identity {
      // If the folder was moved elsewhere meanwhile, its other children can't be found any more, and are left out.
      parent.handle = try? folder.handle?.parent(identity)
    }
  }

  // A file too large for a batch goes its own way between two.
  private func stream(
    _ position: Int, in folder: WalkedFolder, _ handle: FolderHandle, _ status: FileStatus
  ) throws(StorageError) {
    try flush()
    do throws(StorageError) {
      let source = try SourceFile(
        folder.listing.pointer(position), in: handle, path: filePath(position, in: folder))
      let opened = source.status
      try sink.stream(source, through: work) { [self] (content) throws(StorageError) in
        guard let content else { return try readAgain(position, in: folder, handle) }
        try take(position, in: folder, content, opened)
      }
    } catch {
      // In its place in the order.
      try work.add(nil) { [self] () throws(StorageError) in try takeFailure(error, position, in: folder) }
    }
  }

  // Runs a system call on one of a folder's names; if that fails, the name is skipped.
  private func attempt<Result>(
    _ folder: WalkedFolder, _ position: Int, _ operation: String, _ body: () throws(Errno) -> Result
  ) throws(StorageError) -> Result? {
    do throws(Errno) {
      return try body()
    } catch {
      if Self.isExhaustion(error) {
        throw .unreadable(SystemCallError(operation, filePath(position, in: folder), error))
      }
      try append(.skipped(folder, position, .unreadable(error)))
      return nil
    }
  }

  // MARK: Batches

  private func append(_ event: FileBatch.Event) throws(StorageError) {
    batch.append(event)
    if batch.isFull { try flush() }
  }

  private func flush() throws(StorageError) {
    guard !batch.events.isEmpty else { return }
    let full = batch
    batch = FileBatch(try sink.prepare())
    let isCancelled = monitor.isCancelled
    let job = full.hasFiles ? WorkerPool.Job { full.run(isCancelled, $0) } : nil
    try work.add(job, weight: full.weight) { [self] () throws(StorageError) in try take(full) }
  }

  private func take(_ batch: FileBatch) throws(StorageError) {
    var outcomes = batch.outcomes.makeIterator()
    for event in batch.events {
      switch event {
      case .file(let folder, let handle, let position, let status):
        guard let outcome = outcomes.next() else { preconditionFailure("every file of a batch has an outcome") }
        switch outcome {
        case .content(let content, let range):
          if let objects = batch.objects { try sink.take(objects, range) }
          monitor.progress.bytesRead += status.size
          try take(position, in: folder, content, status)
        case .changed:
          try readAgain(position, in: folder, handle)
        case .failed(let code):
          let error = SystemCallError("read", filePath(position, in: folder), code)
          try takeFailure(.unreadable(error), position, in: folder)
        }
      case .known(let folder, let position, let status, let content):
        try add(position, in: folder, content, size: status.size, isExecutable: status.isExecutable)
      case .link(let folder, let position, let target):
        let content = try sink.take(linkTarget: target)
        try folder.tree.append(
          .link, content, size: Int64(target.count), name: folder.listing.bytes(position))
      case .end(let folder):
        try takeEnd(of: folder)
      case .skipped(let folder, let position, let reason):
        skip(position, in: folder, reason)
      }
    }
    try monitor.check()
  }

  // MARK: Results

  // Takes a file that was read and stayed as it was.
  private func take(
    _ position: Int, in folder: WalkedFolder, _ content: ContentID, _ status: FileStatus
  ) throws(StorageError) {
    monitor.progress.filesRead += 1
    let relativePath = folder.relativePath(position)
    options.learned(
      options.prefix.isEmpty ? relativePath : options.prefix + [0x2F] + relativePath, status, content)
    try add(position, in: folder, content, size: status.size, isExecutable: status.isExecutable)
  }

  // The file changed while it was read, or since the walk met it.
  private func readAgain(
    _ position: Int, in folder: WalkedFolder, _ handle: FolderHandle
  ) throws(StorageError) {
    try monitor.check()
    let path = filePath(position, in: folder)
    do throws(StorageError) {
      let outcome = try SourceFile.readTwiceIfUnstable(
        opening: { () throws(StorageError) in
          try SourceFile(folder.listing.pointer(position), in: handle, path: path)
        },
        { (source) throws(StorageError) in try sink.take(source) })
      if let status = outcome.status {
        return try take(position, in: folder, outcome.file.content, status)
      }
      monitor.progress.filesRead += 1
      unstable.append(folder.relativePath(position))
      try add(
        position, in: folder, outcome.file.content, size: outcome.file.size,
        isExecutable: outcome.file.isExecutable)
    } catch {
      try takeFailure(error, position, in: folder)
    }
  }

  private func takeFailure(
    _ error: StorageError, _ position: Int, in folder: WalkedFolder
  ) throws(StorageError) {
    switch error {
    case .unreadable(let cause) where !Self.isExhaustion(cause.errno):
      skip(position, in: folder, .unreadable(cause.errno))
    case .notAFile:
      skip(position, in: folder, .special)  // it took the file's place since its status was asked for
    default:
      throw error
    }
  }

  private func takeEnd(of folder: WalkedFolder) throws(StorageError) {
    let tree = folder.tree
    let content = try sink.take(listing: tree.bytes)
    guard let parent = folder.parent else {
      result = StoredTree(
        content: content, size: tree.size, count: tree.count, skipped: skipped, unstable: unstable)
      return
    }
    try parent.tree.append(
      .tree, content, size: tree.size, count: tree.count, name: parent.listing.bytes(folder.position))
  }

  private func add(
    _ position: Int, in folder: WalkedFolder, _ content: ContentID, size: Int64, isExecutable: Bool
  ) throws(StorageError) {
    try folder.tree.append(
      isExecutable ? .executable : .file, content, size: size, name: folder.listing.bytes(position))
  }

  private func skip(_ position: Int, in folder: WalkedFolder, _ reason: StoredTree.Skipped.Reason) {
    skipped.append(StoredTree.Skipped(path: folder.relativePath(position), reason: reason))
  }

  private func filePath(_ position: Int, in folder: WalkedFolder) -> FilePath {
    FilePath(bytes: root.bytes + [0x2F] + folder.relativePath(position)) ?? root
  }

  // Of these the file isn't the cause, and the next one would fare no better.
  private static func isExhaustion(_ code: Errno) -> Bool {
    code == .tooManyOpenFiles || code == .tooManyOpenFilesInSystem || code == .noMemory
  }
}

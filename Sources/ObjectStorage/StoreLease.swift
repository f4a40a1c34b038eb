public import MLTBase
internal import Synchronization
public import SystemPackage

/// A claim on files and trees in the store that no fact names yet; they aren't collected while it is held.
///
/// For an operation that stores something long before it can write down what it is, as a run that keeps what a file held
/// before it was changed. The claim ends with ``end()``, or with the process, however that ends; a claim whose process
/// died counts on for the time that a collection gives to new packs. The lease may be used by several threads.
///
/// What a lease names may have been collected before it was named. So who must be sure takes a claim as a fact:
/// `try writer.commit { try lease.hold(id) }`, and adds the file again if that throws
/// ``StorageError/collectedMeanwhile(_:)``.
public final class StoreLease: Sendable {
  /// The lease's file.
  public let path: FilePath
  private let packsFolder: FilePath
  // Nil when the lease has ended.
  private let descriptor: Mutex<FileDescriptor?>

  init(leases folder: FilePath, packsFolder: FilePath) throws(SystemCallError) {
    self.packsFolder = packsFolder
    try FileOperations.createFolder(folder)
    while true {
      let path = folder.appending(Hex.encode(FileOperations.randomBytes(8)) + LeaseFolder.suffix)
      let descriptor = try attempting("create", path) {
        try FileDescriptor.open(
          path, .readWrite, options: [.create, .exclusiveCreate, .append, .closeOnExec],
          permissions: FilePermissions(rawValue: 0o644))
      }
      // Between creating and locking, a collection may have taken it for a dead one's and removed it.
      if try TemporaryPackFile.lock(descriptor, path), try TemporaryPackFile.isNamed(descriptor, path) {
        self.path = path
        self.descriptor = Mutex(descriptor)
        return
      }
      try? descriptor.close()  // an empty file that has no name any more
    }
  }

  /// Claims a file or a tree with all below it.
  ///
  /// When this returns, no collection that hasn't yet removed the object will.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the claim can't be written; ``StorageError/writerEnded`` after ``end()``.
  public func hold(_ id: ContentID) throws(StorageError) {
    // Not while packs are being removed: who removes them has read the claims.
    let lock = try stored { () throws(SystemCallError) in try StoreLock.shared(packsFolder) }
    let outcome = descriptor.withLock { descriptor -> Result<Void, StorageError> in
      guard let descriptor else { return .failure(.writerEnded) }
      do throws(SystemCallError) {
        try attempting("write", path) { _ = try descriptor.writeAll((id.hex + "\n").utf8) }
        return .success(())
      } catch {
        return .failure(.system(error))
      }
    }
    lock.release()
    try outcome.get()
  }

  /// Gives up the claims and removes the lease's file; further calls do nothing.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the file can't be removed: the claims end all the same, with the time that
  ///   new packs are given.
  public func end() throws(StorageError) {
    guard let open = takeDescriptor() else { return }
    defer { try? open.close() }  // closing gives the lock back; the bytes aren't wanted any more
    try stored { () throws(SystemCallError) in try FileOperations.remove(path) }
  }

  private func takeDescriptor() -> FileDescriptor? {
    descriptor.withLock { descriptor in
      defer { descriptor = nil }
      return descriptor
    }
  }

  deinit {
    // The file that stays is a dead one's.
    try? takeDescriptor()?.close()
  }
}

extension ObjectStore {
  /// Starts a claim on what the store has, without anything claimed yet.
  ///
  /// - Throws: ``StorageError/system(_:)`` if its file can't be made.
  public func lease() throws(StorageError) -> StoreLease {
    try stored { () throws(SystemCallError) in
      try StoreLease(leases: LeaseFolder.path(besides: packs.folder), packsFolder: packs.folder)
    }
  }
}

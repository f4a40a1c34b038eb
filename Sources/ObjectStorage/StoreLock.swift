internal import MLTBase
internal import SystemPackage

/// The lock that keeps packs from being removed while something is done that counts on them.
///
/// Who publishes a pack, or writes down that an object is there, holds it shared; who removes packs holds it alone.
/// Readers need none.
enum StoreLock {
  /// Takes the lock of the store with these packs so that none is removed; waits while some are.
  ///
  /// A removal that was interrupted is completed before: a pack that is listed as removed may now be made again.
  static func shared(_ packsFolder: FilePath) throws(SystemCallError) -> FileLock {
    let path = path(packsFolder)
    while true {
      let lock = try FileLock(path, shared: true)
      if try !Retirement.isPending(in: packsFolder) { return lock }
      lock.release()
      try alone(packsFolder).release()
    }
  }

  /// Takes the lock so that nobody else has it; completes a removal that was interrupted.
  static func alone(_ packsFolder: FilePath) throws(SystemCallError) -> FileLock {
    let lock = try FileLock(path(packsFolder))
    do throws(SystemCallError) {
      try Retirement.complete(in: packsFolder)
    } catch {
      lock.release()
      throw error
    }
    return lock
  }

  /// Renames a file into the packs while none is being removed.
  static func publish(_ file: FilePath, as pack: FilePath) throws(SystemCallError) {
    let lock = try shared(pack.removingLastComponent())
    do throws(SystemCallError) {
      try FileOperations.rename(file, to: pack)
    } catch {
      lock.release()
      throw error
    }
    lock.release()
  }

  private static func path(_ packsFolder: FilePath) -> FilePath {
    packsFolder.removingLastComponent().appending("store.lock")
  }
}

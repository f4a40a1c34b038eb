internal import Glibc
internal import MLTBase
internal import Synchronization
internal import SystemPackage

/// The packs of a folder, as last listed, with the few files that were read last kept open.
///
/// Packs come and go while a process runs, so a look-up that finds nothing lists the folder again if it changed.
final class PackSet: Sendable {
  /// An object's place.
  struct Location {
    var pack: Pack
    var record: PackFormat.Record
  }

  private struct State {
    var packs: [Pack] = []
    var names: Set<String> = []
    // Packs that can't be read: objects that are found nowhere else may be in them.
    var damaged: [String: StorageError] = [:]
    var stamp: Stamp?
    var handles: [PackHandle] = []
  }

  // What shows that a folder changed since it was listed.
  private struct Stamp: Equatable {
    var device: UInt64
    var inode: UInt64
    var modified: Int64
    var changed: Int64
  }

  private static let handleLimit = 16

  let folder: FilePath
  private let state = Mutex(State())

  init(folder: FilePath) {
    self.folder = folder
  }

  /// Returns every place of the object; lists the folder again if there is none and it may have changed.
  func find(_ key: ObjectKey, listing: Bool = true) throws(StorageError) -> [Location] {
    let found = try Self.places(of: key, in: packs())
    guard found.isEmpty, listing, try refresh() else { return found }
    return try Self.places(of: key, in: packs())
  }

  /// Whether the object is in a pack that was listed before.
  func contains(_ key: ObjectKey) throws(StorageError) -> Bool {
    for pack in try packs() where pack.index.find(key) != nil { return true }
    return false
  }

  private static func places(of key: ObjectKey, in packs: [Pack]) -> [Location] {
    packs.compactMap { pack in pack.index.find(key).map { Location(pack: pack, record: $0) } }
  }

  /// The packs, listed at first use.
  func packs() throws(StorageError) -> [Pack] {
    let listed = state.withLock { $0.stamp == nil ? nil : $0.packs }
    if let listed { return listed }
    _ = try refresh()
    return state.withLock { $0.packs }
  }

  /// The packs that can't be read, by name, with the reason.
  func damaged() throws(StorageError) -> [(path: FilePath, error: StorageError)] {
    _ = try packs()
    return state.withLock { $0.damaged.sorted { $0.key < $1.key } }
      .map { (folder.appending($0.key), $0.value) }
  }

  /// Lists the folder again if it may have changed; whether it was listed.
  func refresh(always: Bool = false) throws(StorageError) -> Bool {
    let before = Self.coarseNow()
    let status = try stored { () throws(SystemCallError) in try FileStatus(at: folder) }
    guard let status, status.kind == .directory else { throw .notAStore(folder.removingLastComponent()) }
    let stamp = Stamp(
      device: status.device, inode: status.inode, modified: status.modified, changed: status.changed)
    let (known, old) = state.withLock { ($0.packs, $0.stamp) }
    if !always, stamp == old { return false }
    let names = try stored { () throws(SystemCallError) in try FileOperations.names(in: folder) }
      .map(\.string).filter { Pack.isFileName($0) }
    var byName: [String: Pack] = [:]
    for pack in known { byName[pack.path.lastComponent?.string ?? ""] = pack }
    var packs: [Pack] = []
    var damaged: [String: StorageError] = [:]
    for name in names {
      if let pack = byName[name] {
        packs.append(pack)
        continue
      }
      do {
        packs.append(try Pack(path: folder.appending(name)))
      } catch .system(let error) where error.errno == .noSuchFileOrDirectory {
        continue  // removed since it was listed
      } catch {
        damaged[name] = error
      }
    }
    // A change within the same tick of the file system's clock leaves no trace: such a listing isn't trusted again.
    let settled = before - max(stamp.modified, stamp.changed) > 100_000_000
    state.withLock { state in
      state.packs = packs
      state.names = Set(names)
      state.damaged = damaged
      state.stamp = settled ? stamp : Stamp(device: 0, inode: 0, modified: 0, changed: 0)
      state.handles.removeAll { handle in !state.names.contains(handle.path.lastComponent?.string ?? "") }
    }
    return true
  }

  /// Takes in a pack that was just published.
  func adopt(_ pack: Pack) {
    let name = pack.path.lastComponent?.string ?? ""
    state.withLock { state in
      state.damaged[name] = nil
      if state.names.insert(name).inserted || !state.packs.contains(where: { $0.path == pack.path }) {
        state.packs.append(pack)
      }
    }
  }

  /// Returns the pack's open file.
  func handle(of pack: Pack) throws(StorageError) -> PackHandle {
    let open = state.withLock { state -> PackHandle? in
      guard let index = state.handles.lastIndex(where: { $0.path == pack.path }) else { return nil }
      let handle = state.handles.remove(at: index)
      state.handles.append(handle)
      return handle
    }
    if let open { return open }
    let handle = try PackHandle(pack.path)
    state.withLock { state in
      if state.handles.count >= Self.handleLimit { state.handles.removeFirst() }
      state.handles.append(handle)
    }
    return handle
  }

  // The clock that file systems take their times from.
  private static func coarseNow() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

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
    var position: Int
    var record: PackFormat.Record { pack.index[position] }
  }

  private struct State {
    var view = PackView()
    var names: Set<String> = []
    // Packs that can't be read: objects that are found nowhere else may be in them.
    var damaged: [String: StorageError] = [:]
    var stamp: Stamp?
    var handles: [PackHandle] = []
    // How often something was looked for since the list of packs was put in a table.
    var lookups = 0
    var isMakingTable = false
  }

  // What shows that a folder changed since it was listed.
  private struct Stamp: Equatable {
    var device: UInt64
    var inode: UInt64
    var modified: Int64
    var changed: Int64

    init(_ status: FileStatus) {
      device = status.device
      inode = status.inode
      modified = status.modified
      changed = status.changed
    }

    // No folder has such a number.
    static let untrusted = Stamp(device: 0, inode: 0)

    private init(device: UInt64, inode: UInt64) {
      self.device = device
      self.inode = inode
      modified = 0
      changed = 0
    }
  }

  private static let handleLimit = 16
  // Fewer packs are searched as fast as a table.
  private static let searchedLimit = 8
  private static let listingLimit = 8

  let folder: FilePath
  private let state = Mutex(State())

  init(folder: FilePath) {
    self.folder = folder
  }

  /// Returns every place of the object; lists the folder again if there is none and it may have changed.
  func find(_ key: ObjectKey, listing: Bool = true) throws(StorageError) -> [Location] {
    let found = Self.places(of: key, in: try view())
    guard found.isEmpty, listing, try refresh() else { return found }
    return Self.places(of: key, in: try view())
  }

  /// Whether the object is in a pack that was listed before; the place is noted as relied upon.
  func contains(_ key: ObjectKey, relying reliance: Reliance? = nil) throws(StorageError) -> Bool {
    try view().contains(key, relying: reliance)
  }

  private static func places(of key: ObjectKey, in view: PackView) -> [Location] {
    var places: [Location] = []
    view.forEachPlace(of: key) { pack, position in
      places.append(Location(pack: pack, position: position))
      return true
    }
    return places
  }

  /// The packs, listed at first use.
  func packs() throws(StorageError) -> [Pack] {
    if state.withLock({ $0.stamp == nil }) { _ = try refresh() }
    return state.withLock { $0.view.packs }
  }

  /// The packs to look for something in.
  func view() throws(StorageError) -> PackView {
    let (listed, wantsTable) = state.withLock { state -> (PackView?, Bool) in
      guard state.stamp != nil else { return (nil, false) }
      state.lookups += 1
      // A table takes about as long to make as a sixteenth of its objects to look for in many packs.
      let isWorthIt =
        state.view.searchedCount > Self.searchedLimit && !state.isMakingTable
        && state.lookups > 256 + state.view.recordCount / 16
      if isWorthIt { state.isMakingTable = true }
      return (state.view, isWorthIt)
    }
    guard let listed else {
      _ = try refresh()
      return state.withLock { $0.view }
    }
    return wantsTable ? makeTable(listed) : listed
  }

  private func makeTable(_ view: PackView) -> PackView {
    let table = PackTable(view.packs)
    return state.withLock { state in
      state.isMakingTable = false
      state.lookups = 0
      // Packs may have come meanwhile, behind those of the table; if some went, it is of no use.
      let isCurrent =
        state.view.packs.count >= view.packs.count
        && zip(view.packs, state.view.packs).allSatisfy { $0 === $1 }
      if let table, isCurrent { state.view.use(table) }
      return state.view
    }
  }

  /// Makes look-ups pass over places whose bytes are damaged, so that the objects are stored again.
  func distrust(_ places: [PackView.Place]) {
    state.withLock { $0.view.distrusted.formUnion(places) }
  }

  /// The packs that can't be read, by name, with the reason.
  func damaged() throws(StorageError) -> [(path: FilePath, error: StorageError)] {
    _ = try packs()
    return state.withLock { $0.damaged.sorted { $0.key < $1.key } }
      .map { (folder.appending($0.key), $0.value) }
  }

  /// Lists the folder again if it may have changed; whether it was listed.
  func refresh(always: Bool = false) throws(StorageError) -> Bool {
    var opened: [String: Pack] = [:]
    for attempt in 1...Self.listingLimit {
      let before = Self.coarseNow()
      let stamp = try currentStamp()
      let (known, old) = state.withLock { ($0.view.packs, $0.stamp) }
      if !always, attempt == 1, stamp == old { return false }
      // In this order: packs that replace those of the list are there before it is.
      let retired = try stored { () throws(SystemCallError) in try Retirement(in: folder) }
      let names = try stored { () throws(SystemCallError) in try FileOperations.names(in: folder) }
        .map(\.string).filter { Pack.isFileName($0) && retired.fates[$0] == nil }
      let listed = Set(names)
      let kept = known.filter { listed.contains($0.name) }
      let keptNames = Set(kept.map(\.name))
      var new: [Pack] = []
      var damaged: [String: StorageError] = [:]
      var isChanging = false
      var isUncertain = false
      for name in names where !keptNames.contains(name) {
        do throws(StorageError) {
          let pack = if let pack = opened[name] { pack } else { try Pack(path: folder.appending(name)) }
          opened[name] = pack
          new.append(pack)
        } catch {
          // What took the place of a pack that was removed since it was listed may not have been there yet.
          if case .system(let cause) = error, cause.errno == .noSuchFileOrDirectory {
            isChanging = true
          } else {
            damaged[name] = error
            // Too many open files, for one, says nothing about the pack: it is looked at again when next something is
            // looked for and not found.
            switch error {
            case .corrupt, .unsupportedVersion: break
            default: isUncertain = true
            }
          }
        }
      }
      if !isChanging { isChanging = try currentStamp() != stamp }
      if isChanging, attempt < Self.listingLimit { continue }
      // A change within the same tick of the file system's clock leaves no trace: such a listing isn't trusted again.
      let settled = !isChanging && !isUncertain && before - max(stamp.modified, stamp.changed) > 100_000_000
      state.withLock { state in
        state.view.replace(with: kept, and: new)
        state.names = listed
        state.damaged = damaged
        state.stamp = settled ? stamp : .untrusted
        state.handles.removeAll { !listed.contains($0.path.lastComponent?.string ?? "") }
      }
      break
    }
    return true
  }

  private func currentStamp() throws(StorageError) -> Stamp {
    let status = try stored { () throws(SystemCallError) in try FileStatus(at: folder) }
    guard let status, status.kind == .directory else { throw .notAStore(folder.removingLastComponent()) }
    return Stamp(status)
  }

  /// Takes in a pack that was just published.
  func adopt(_ pack: Pack) {
    state.withLock { state in
      state.damaged[pack.name] = nil
      if state.names.insert(pack.name).inserted || !state.view.packs.contains(where: { $0.name == pack.name }) {
        state.view.append(pack)
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

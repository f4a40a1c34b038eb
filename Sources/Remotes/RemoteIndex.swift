internal import MLTBase
internal import ObjectStorage
internal import Synchronization
internal import SystemPackage

/// What objects a remote has: its packs' indexes, read once and kept in a folder.
final class RemoteIndex: Sendable {
  /// A remote's packs as they were listed at one time.
  struct View: Sendable {
    /// The packs that may be counted on.
    var live = PackCatalog([])
    /// The packs that can be read, retired ones among them.
    var all = PackCatalog([])
    /// The files.
    var entries: [ContentID: RemoteEntry] = [:]
    /// The lists of retired packs.
    var lists: [(entry: RemoteEntry, packs: [ContentID])] = []
    /// The names of live packs.
    var liveNames: Set<ContentID> = []
    /// What is passed over.
    var problems: [RemoteProblem] = []
  }

  private struct State {
    var packs: [ContentID: Pack] = [:]
    var lists: [RemoteName: [ContentID]] = [:]
    var view: View?
    var isPruned = false
  }

  private static let listLimit = 16 << 20
  // What is read of a pack's end before its index's length is known.
  private static let tailLength: Int64 = 64 << 10
  private static let packLimit: Int64 = 1 << 40

  /// The folder.
  let cache: FilePath
  private let state = Mutex(State())

  init(cache: FilePath) {
    self.cache = cache
  }

  /// Lists the remote's packs, and reads the indexes that aren't known.
  func refresh(_ transport: any Transport) throws(RemoteError) -> View {
    for _ in 0..<Remote.attempts {
      // In this order: see "Order of a push" in the format's page.
      let retired = try reaching { () throws(TransportError) in try transport.list(.retired) }
      let entries = try reaching { () throws(TransportError) in try transport.list(.packs) }
      do throws(TransportError) {
        let view = try view(retired, entries, transport)
        state.withLock { $0.view = view }
        return view
      } catch .missing {
        continue  // somebody deleted it since it was listed
      } catch {
        throw .transport(error)
      }
    }
    throw .unsettled
  }

  /// The packs as they were listed last, if they were.
  func current(_ transport: any Transport) throws(RemoteError) -> View {
    if let view = state.withLock({ $0.view }) { return view }
    return try refresh(transport)
  }

  private func view(
    _ retired: [RemoteEntry], _ entries: [RemoteEntry], _ transport: any Transport
  ) throws(TransportError) -> View {
    var view = View()
    for entry in retired.sorted(by: { $0.name.text < $1.name.text }) {
      if let packs = try list(entry, transport) {
        view.lists.append((entry, packs))
      } else {
        view.problems.append(.list(entry.name))
      }
    }
    var known = state.withLock { $0.packs }
    var unknown: [(id: ContentID, size: Int64)] = []
    for entry in entries {
      guard case .pack(let id) = entry.name else { continue }
      view.entries[id] = entry
      if known[id] == nil {
        if let pack = cached(id, entry.size) { known[id] = pack } else { unknown.append((id, entry.size)) }
      }
    }
    unknown.sort { $0.id < $1.id }
    try read(unknown, transport) { id, pack in
      switch pack {
      case .success(let pack): known[id] = pack
      case .failure(let error): view.problems.append(.pack(.pack(id), error))
      }
    }
    known = known.filter { view.entries[$0.key] != nil }
    let retiredNames = Set(view.lists.flatMap(\.packs))
    let packs = known.sorted { $0.key < $1.key }.map(\.value)
    view.all = PackCatalog(packs)
    view.live = PackCatalog(packs.filter { !retiredNames.contains($0.id) })
    view.liveNames = Set(known.keys).subtracting(retiredNames)
    let kept = known
    state.withLock { $0.packs = kept }
    prune()
    return view
  }

  // MARK: Lists of retired packs

  private func list(_ entry: RemoteEntry, _ transport: any Transport) throws(TransportError) -> [ContentID]? {
    if let known = state.withLock({ $0.lists[entry.name] }) { return known }
    guard entry.size <= Self.listLimit else { return nil }
    let bytes: [UInt8]
    do throws(TransportError) {
      bytes = try transport.read(entry.name, size: entry.size, limit: Self.listLimit)
    } catch .missing {
      return []  // its packs are gone, too
    } catch .truncated {
      return nil
    }
    let packs = RetirementList(bytes)?.packs
    if let packs { state.withLock { $0.lists[entry.name] = packs } }
    return packs
  }

  // MARK: Indexes

  private func read(
    _ unknown: [(id: ContentID, size: Int64)], _ transport: any Transport,
    _ body: (ContentID, Result<Pack, RemoteError>) -> Void
  ) throws(TransportError) {
    var requests: [ReadRequest] = []
    var owners: [(id: ContentID, size: Int64)] = []
    for (id, size) in unknown {
      guard size >= Int64(PackFormat.headerLength + PackFormat.trailerLength), size <= Self.packLimit else {
        body(id, .failure(.malformed(.pack(id))))
        continue
      }
      let tail = min(size, Self.tailLength)
      owners.append((id, size))
      requests.append(ReadRequest(.pack(id), offset: 0, count: PackFormat.headerLength))
      requests.append(ReadRequest(.pack(id), offset: size - tail, count: Int(tail)))
    }
    // The longer ones' indexes are read when the trailers are known.
    var long: [(id: ContentID, size: Int64, length: Int)] = []
    var fault: RemoteError?
    try transport.read(requests) { number, bytes in
      let (id, size) = owners[number / 2]
      if number % 2 == 0 {
        fault = Self.fault(header: bytes, id)
        return true
      }
      let trailer = Array(bytes.suffix(PackFormat.trailerLength))
      if let fault {
        body(id, .failure(fault))
      } else if let length = Pack.tailLength(id: id, trailer: trailer, fileLength: size) {
        if length <= bytes.count { body(id, take(id, bytes.suffix(length))) } else { long.append((id, size, length)) }
      } else {
        body(id, .failure(.malformed(.pack(id))))
      }
      return true
    }
    try transport.read(
      long.map { ReadRequest(.pack($0.id), offset: $0.size - Int64($0.length), count: $0.length) }
    ) { number, bytes in
      body(long[number].id, take(long[number].id, bytes[...]))
      return true
    }
  }

  private static func fault(header: [UInt8], _ id: ContentID) -> RemoteError? {
    do throws(PackFault) {
      try Pack.check(header: header)
      return nil
    } catch {
      return failure(error, id)
    }
  }

  private static func failure(_ fault: PackFault, _ id: ContentID) -> RemoteError {
    switch fault {
    case .frame, .index: .malformed(.pack(id))
    case .version(let found):
      .unsupportedVersion(.pack(id), found: Int64(found), supported: Int64(ObjectStore.formatVersion))
    }
  }

  private func take(_ id: ContentID, _ tail: ArraySlice<UInt8>) -> Result<Pack, RemoteError> {
    do throws(PackFault) {
      let pack = try Pack(id: id, tail: tail)
      keep(id, tail)
      return .success(pack)
    } catch {
      return .failure(Self.failure(error, id))
    }
  }

  /// Takes in a pack that was just put.
  func adopt(_ image: PackImage) {
    keep(image.pack.id, image.tail)
    state.withLock { $0.packs[image.pack.id] = image.pack }
  }

  // MARK: The folder

  private func path(_ id: ContentID) -> FilePath { cache.appending(id.hex + ".index") }

  private func cached(_ id: ContentID, _ size: Int64) -> Pack? {
    // What can't be read here is read from the remote.
    guard let bytes = try? FileOperations.contents(of: path(id), limit: 64 << 20),
      let pack = try? Pack(id: id, tail: bytes[...]), pack.length == size
    else { return nil }
    return pack
  }

  // A copy that can't be kept, or is cut short, costs reading it again, no more: its name tells whether it is right.
  private func keep(_ id: ContentID, _ tail: ArraySlice<UInt8>) {
    let path = path(id)
    func write() throws {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: FilePermissions(rawValue: 0o644))
      _ = try file.closeAfter { try file.writeAll(tail) }
    }
    do {
      try write()
    } catch {
      try? FileOperations.createFolder(cache)
      try? write()
    }
  }

  // Once in the life of this object is often enough.
  private func prune() {
    let kept = state.withLock { state -> Set<ContentID>? in
      defer { state.isPruned = true }
      return state.isPruned ? nil : Set(state.packs.keys)
    }
    guard let kept else { return }
    var gone: [ContentID] = []
    // What can't be listed or removed now can be another time.
    try? FileOperations.forEachName(in: cache) { name in
      guard name.count == 70, name.suffix(6).elementsEqual(".index".utf8),
        let id = ContentID(hex: String(decoding: name.prefix(64), as: UTF8.self)), !kept.contains(id)
      else { return }
      gone.append(id)
    }
    for id in gone { try? FileOperations.remove(path(id)) }
  }
}

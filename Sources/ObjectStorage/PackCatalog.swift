package import MLTBase
internal import Synchronization

/// The indexes of packs that are somewhere else, and where an object is in them.
package final class PackCatalog: Sendable {
  /// An object's place.
  package struct Place: Sendable {
    /// The pack.
    package let pack: Pack
    let position: Int

    /// What the pack's index says of the object.
    package var record: PackFormat.Record { pack.index[position] }
  }

  private struct State {
    var view: PackView
    var lookups = 0
  }

  // Fewer packs are searched as fast as a table.
  private static let searchedLimit = 8

  private let state: Mutex<State>

  /// Takes the packs.
  package init(_ packs: [Pack]) {
    var view = PackView()
    for pack in packs { view.append(pack) }
    state = Mutex(State(view: view))
  }

  /// Adds a pack.
  package func add(_ pack: Pack) {
    state.withLock { $0.view.append(pack) }
  }

  /// The packs.
  package var packs: [Pack] { state.withLock { $0.view.packs } }

  /// Returns every place of an object.
  package func places(of key: ObjectKey) -> [Place] {
    var places: [Place] = []
    currentView.forEachPlace(of: key) { pack, position in
      places.append(Place(pack: pack, position: position))
      return true
    }
    return places
  }

  /// Returns one place of an object; nil if no pack has it.
  package func place(of key: ObjectKey) -> Place? {
    var found: Place?
    currentView.forEachPlace(of: key) { pack, position in
      found = Place(pack: pack, position: position)
      return false
    }
    return found
  }

  // A table takes about as long to make as a sixteenth of its objects to look for in many packs.
  private var currentView: PackView {
    state.withLock { state in
      state.lookups += 1
      if state.view.searchedCount > Self.searchedLimit, state.lookups > 256 + state.view.recordCount / 16,
        let table = PackTable(state.view.packs)
      {
        state.view.use(table)
        state.lookups = 0
      }
      return state.view
    }
  }
}

/// What is wrong with a pack that is somewhere else.
package enum PackFault: Error, Hashable, Sendable {
  /// The header, the trailer or the length.
  case frame
  /// The index: another hash, or a record that breaks a rule.
  case index
  /// A newer version wrote it.
  case version(UInt32)
}

extension Pack {
  /// The number of bytes at a pack's end that its index and trailer take, as its last 64 bytes say; nil if these aren't
  /// the trailer of the pack `id` of that length.
  package static func tailLength(id: ContentID, trailer bytes: [UInt8], fileLength: Int64) -> Int? {
    guard let trailer = PackFormat.trailer(bytes, fileLength: fileLength), trailer.checksum == id else { return nil }
    return trailer.recordCount * PackFormat.recordLength + PackFormat.trailerLength
  }

  /// Checks the version in a pack's header.
  package static func check(header: [UInt8]) throws(PackFault) {
    guard let version = PackFormat.version(ofHeader: header) else { throw .frame }
    guard version == PackFormat.version else { throw .version(version) }
  }

  /// Takes a pack that is somewhere else, by its index and trailer, and checks these.
  package convenience init(id: ContentID, tail: ArraySlice<UInt8>) throws(PackFault) {
    let trailerBytes = Array(tail.suffix(PackFormat.trailerLength))
    let length = tail.count - PackFormat.trailerLength
    guard length >= 0, length % PackFormat.recordLength == 0, trailerBytes.count == PackFormat.trailerLength else {
      throw .frame
    }
    // The trailer holds the length of the file, which isn't known here: it is held against itself.
    let claimed = trailerBytes[48..<56].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let fileLength = Int64(exactly: claimed),
      let trailer = PackFormat.trailer(trailerBytes, fileLength: fileLength),
      trailer.recordCount == length / PackFormat.recordLength, trailer.checksum == id
    else { throw .frame }
    let block = MemoryBlock(count: max(1, length))
    block.bytes.copyBytes(from: tail.prefix(length))
    guard ContentHasher.contentID(of: block.prefix(length)) == id,
      let index = PackIndex(block, count: trailer.recordCount, indexOffset: trailer.indexOffset)
    else { throw .index }
    self.init(id: id, index: index)
  }

  /// The length of the pack's file.
  package var length: Int64 { index.fileLength }

  /// The number of objects.
  package var count: Int { index.count }

  /// Where the objects are, in the order in which their bytes lie.
  package var places: [PackCatalog.Place] {
    index.positionsByOffset.map { PackCatalog.Place(pack: self, position: Int($0)) }
  }
}

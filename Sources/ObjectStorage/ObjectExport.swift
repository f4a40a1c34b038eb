package import MLTBase
internal import SystemPackage

/// Chooses objects of a store and puts them into packs for somewhere else, each verified.
package final class ObjectExport {
  private struct Item {
    var pack: UInt32
    var position: UInt32
  }

  private let store: ObjectStore
  private let reader: ObjectReader
  private var packs: [Pack] = []
  private var numbers: [ObjectIdentifier: UInt32] = [:]
  private var items: [Item] = []
  private var next = 0
  private var builder = PackImageBuilder()

  /// What is named and isn't in the store.
  package private(set) var missing: Set<ContentID> = []
  /// What is named and isn't wanted.
  package private(set) var passedOver: Set<ContentID> = []
  /// What is damaged, and so isn't chosen or stays behind.
  package private(set) var problems: [StorageError] = []
  /// The stored bytes that were chosen.
  package private(set) var chosenBytes: Int64 = 0
  /// The number of objects that were chosen.
  package var chosenCount: Int { items.count }

  /// Starts with nothing chosen.
  package init(_ store: ObjectStore) {
    self.store = store
    reader = ObjectReader(store.packs)
  }

  /// Chooses all that can be reached from files and trees and is wanted.
  ///
  /// - Parameters:
  ///   - excluded: files that aren't wanted, whatever names them.
  ///   - isWanted: asked once for each object that is there.
  /// - Throws: ``StorageError/system(_:)`` if the packs can't be read.
  package func choose(
    from roots: some Sequence<ContentID>, excluding excluded: Set<ContentID> = [],
    where isWanted: @escaping (ObjectKey) -> Bool
  ) throws(StorageError) {
    _ = try store.packs.refresh()
    let walk = ReachabilityWalk(store.packs, excluding: excluded)
    walk.onReached = { [unowned self] place in
      if isWanted(place.record.key) { take(place) }
    }
    for root in roots { try walk.reach(root) }
    missing = walk.missing
    passedOver = walk.passedOver
    problems = walk.problems
    let order = packs
    items.sort {
      $0.pack == $1.pack
        ? order[Int($0.pack)].index.offset(at: Int($0.position))
          < order[Int($1.pack)].index.offset(at: Int($1.position))
        : $0.pack < $1.pack
    }
  }

  private func take(_ place: PackSet.Location) {
    let number: UInt32
    if let known = numbers[ObjectIdentifier(place.pack)] {
      number = known
    } else {
      number = UInt32(packs.count)
      numbers[ObjectIdentifier(place.pack)] = number
      packs.append(place.pack)
    }
    items.append(Item(pack: number, position: UInt32(place.position)))
    chosenBytes += Int64(place.record.storedLength)
  }

  /// Returns the next pack of what was chosen; nil when there is no more.
  ///
  /// What turns out to be damaged is left out, and noted in ``problems``.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the store can't be read.
  package func nextImage() throws(StorageError) -> PackImage? {
    while next < items.count, !builder.isFull {
      let item = items[next]
      next += 1
      try append(PackSet.Location(pack: packs[Int(item.pack)], position: Int(item.position)))
    }
    return builder.count > 0 ? builder.finish() : nil
  }

  private func append(_ place: PackSet.Location) throws(StorageError) {
    do throws(StorageError) {
      builder.append(place.record, stored: reader.storedBytes(of: place.record, raw: try reader.read(place)))
      return
    } catch .corrupt {
    } catch .system(let cause) where cause.errno == .noSuchFileOrDirectory {
    }
    // The pack went away since, or is damaged: there may be another.
    do throws(StorageError) {
      guard let found = try reader.readWithPlace(place.record.key) else {
        throw try reader.missing(place.record.key.id, place.record.key.kind)
      }
      let record = found.place.record
      builder.append(record, stored: reader.storedBytes(of: record, raw: found.bytes))
    } catch {
      if case .system = error { throw error }
      problems.append(error)
    }
  }
}

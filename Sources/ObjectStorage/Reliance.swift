internal import Synchronization

/// The objects that an operation didn't store because the store had them, and those that it has stored: what must still
/// be there when facts that name them are written down.
///
/// Kept as one bit for each object of a pack, so that a million of them take 125 KB.
final class Reliance: Sendable {
  private struct Part {
    var pack: Pack
    var records: RecordSet
  }

  private let parts = Mutex<[ObjectIdentifier: Part]>([:])

  /// Notes that an object was found in a pack.
  func add(_ pack: Pack, _ position: Int) {
    parts.withLock { parts in
      let part = ObjectIdentifier(pack)
      _ = parts[part, default: Part(pack: pack, records: RecordSet(capacity: pack.index.count))]
        .records.insert(position)
    }
  }

  /// Notes that all objects of a pack were stored.
  func add(all pack: Pack) {
    parts.withLock {
      $0[ObjectIdentifier(pack)] = Part(pack: pack, records: RecordSet(capacity: pack.index.count, isFull: true))
    }
  }

  /// Forgets everything.
  func reset() {
    parts.withLock { $0 = [:] }
  }

  /// Checks that every object is still in the store; reads the folder of packs, but nothing more while none went away.
  ///
  /// - Throws: ``StorageError/collectedMeanwhile(_:)`` for one that isn't.
  func check(_ packs: PackSet) throws(StorageError) {
    _ = try packs.refresh()
    let there = Set(try packs.packs().map(\.name))
    let gone = parts.withLock { $0.values.filter { !there.contains($0.pack.name) } }
    for part in gone {
      for position in part.records.positions {
        let key = part.pack.index[position].key
        guard try packs.contains(key) else { throw .collectedMeanwhile(key.id) }
      }
    }
  }
}

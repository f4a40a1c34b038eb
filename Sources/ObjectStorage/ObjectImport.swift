package import MLTBase
internal import SystemPackage

/// Takes verified objects from somewhere else into a store.
///
/// A recipe says what makes a file, and isn't named by its own hash. So recipes are held back until the chunks are in the
/// store, and taken in if the file that they make has the right hash.
package final class ObjectImport {
  private struct HeldRecipe {
    var record: PackFormat.Record
    var stored: [UInt8]
    var recipe: Recipe
  }

  private let store: ObjectStore
  private let packs: PackSeries
  private var added: Set<ObjectKey> = []
  private var held: [HeldRecipe] = []

  /// Starts with nothing taken.
  package init(_ store: ObjectStore) {
    self.store = store
    packs = PackSeries(store)
  }

  /// Takes an object whose bytes a ``StoredObjectCheck`` has checked; one that was taken before is passed over.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the store can't be written.
  package func add(
    _ record: PackFormat.Record, stored: UnsafeRawBufferPointer, bytes: UnsafeRawBufferPointer
  ) throws(StorageError) {
    guard added.insert(record.key).inserted else { return }
    if record.key.kind == .recipe, let recipe = Recipe(bytes) {
      held.append(HeldRecipe(record: record, stored: Array(stored), recipe: recipe))
    } else {
      try packs.append(record, stored: stored)
    }
  }

  /// Makes all that was taken durable and part of the store.
  ///
  /// - Returns: the files whose recipes make something else; these aren't taken in.
  /// - Throws: ``StorageError/system(_:)`` if the store can't be written or read.
  package func finish() throws(StorageError) -> [ContentID] {
    try publish()
    var refused: [ContentID] = []
    for item in held {
      // Without all its chunks nobody can tell what it makes: it isn't taken in.
      guard let isRight = try makesFile(item) else { continue }
      if isRight {
        try item.stored.withUnsafeBufferPointer { bytes throws(StorageError) in
          try packs.append(item.record, stored: UnsafeRawBufferPointer(bytes))
        }
      } else {
        refused.append(item.record.key.id)
      }
    }
    held = []
    try publish()
    return refused
  }

  /// Makes what was taken durable and part of the store, but for lists of chunks, which are held back further.
  package func publish() throws(StorageError) {
    try packs.publish()
  }

  // Nil if a chunk isn't there. Chunks that were taken just now were hashed when they were; others are verified as always.
  private func makesFile(_ item: HeldRecipe) throws(StorageError) -> Bool? {
    try store.withReader { (reader) throws(StorageError) -> Bool? in
      var hasher = ContentHasher()
      for index in 0..<item.recipe.count {
        let piece = item.recipe[index]
        let key = ObjectKey(id: piece.id, kind: .chunk)
        let bytes: UnsafeRawBufferPointer
        if added.contains(key), let place = try store.packs.find(key).first {
          bytes = try reader.read(place, isVerified: true)
        } else if let found = try reader.readIfThere(piece.id, .chunk) {
          bytes = found
        } else {
          return nil
        }
        guard bytes.count == piece.length else { return false }
        hasher.update(bytes)
      }
      return hasher.finalize() == item.record.key.id
    }
  }
}

extension ObjectStore {
  /// Whether the store has an object.
  package func contains(_ key: ObjectKey) throws(StorageError) -> Bool {
    try packs.contains(key)
  }

  /// Lists the packs again if they may have changed.
  package func refresh() throws(StorageError) {
    _ = try packs.refresh()
  }

  /// Returns what a tree or recipe names; nil if it isn't there or is damaged, so that it may be had from elsewhere.
  package func references(of key: ObjectKey) throws(StorageError) -> [ObjectReference]? {
    do throws(StorageError) {
      switch key.kind {
      case .chunk: return []
      case .tree: return try packs.contains(key) ? tree(key.id).references : nil
      case .recipe:
        return try withReader { (reader) throws(StorageError) in try reader.recipe(key.id)?.references }
      }
    } catch {
      if case .system = error { throw error }
      return nil
    }
  }
}

package import MLTBase

/// Unpacks objects' stored bytes that come from somewhere else, and checks them.
package final class StoredObjectCheck {
  private let raw = MemoryBlock(count: 64 << 10)
  private let decompressor = Decompressor()

  /// Makes ready.
  package init() {}

  /// Returns an object's bytes, good until the next call.
  ///
  /// A recipe's bytes have the right form, but it isn't known whether they make the file.
  package func bytes(
    of record: PackFormat.Record, stored: UnsafeRawBufferPointer
  ) throws(Corruption) -> UnsafeRawBufferPointer {
    guard stored.count == record.storedLength, record.rawLength <= record.key.kind.sizeLimit else {
      throw damaged(record, .truncated)
    }
    let bytes: UnsafeRawBufferPointer
    switch record.codec {
    case .raw:
      guard record.rawLength == stored.count else { throw damaged(record, .compression) }
      bytes = stored
    case .zstd:
      raw.reserve(record.rawLength)
      guard
        decompressor.decompress(stored, into: UnsafeMutableRawBufferPointer(rebasing: raw.bytes[..<record.rawLength]))
      else { throw damaged(record, .compression) }
      bytes = raw.prefix(record.rawLength)
    }
    if record.key.kind == .recipe {
      guard Recipe(bytes) != nil else { throw damaged(record, .recipe) }
    } else if ContentHasher.contentID(of: bytes) != record.key.id {
      throw damaged(record, .hash)
    }
    return bytes
  }

  private func damaged(_ record: PackFormat.Record, _ damage: Corruption.Damage) -> Corruption {
    Corruption(pack: nil, object: record.key.id, damage: damage)
  }

  /// Returns what an object names: a tree's children or a recipe's chunks; nothing for a chunk.
  package func references(
    of record: PackFormat.Record, bytes: UnsafeRawBufferPointer
  ) throws(Corruption) -> [ObjectReference] {
    switch record.key.kind {
    case .chunk: return []
    case .recipe:
      guard let recipe = Recipe(bytes) else { throw damaged(record, .recipe) }
      return recipe.references
    case .tree:
      do throws(TreeProblem) {
        return try Tree(listing: Array(bytes)[...]).references
      } catch {
        throw damaged(record, .tree(error))
      }
    }
  }
}

/// What one object says of another: which it is and how large.
package struct ObjectReference: Hashable, Sendable {
  /// The kinds of thing that are named.
  package enum Kind: Hashable, Sendable {
    /// A file: one chunk or a recipe.
    case file
    /// A piece of a file.
    case chunk
    /// A folder.
    case tree
  }

  /// The id.
  package var id: ContentID
  /// What it is.
  package var kind: Kind
  /// The bytes of the file or chunk; nil where that isn't known, as of folders.
  package var size: Int64?

  /// Takes the parts.
  package init(id: ContentID, kind: Kind, size: Int64?) {
    self.id = id
    self.kind = kind
    self.size = size
  }
}

extension Recipe {
  /// The chunks.
  var references: [ObjectReference] {
    (0..<count).map { ObjectReference(id: self[$0].id, kind: .chunk, size: Int64(self[$0].length)) }
  }
}

extension Tree {
  /// The children.
  var references: [ObjectReference] {
    entries.map {
      $0.mode == .tree
        ? ObjectReference(id: $0.content, kind: .tree, size: nil)
        : ObjectReference(id: $0.content, kind: .file, size: $0.size)
    }
  }
}

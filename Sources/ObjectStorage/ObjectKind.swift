package import MLTBase

/// What an object in the store is; with its id it makes the object's key.
public enum ObjectKind: UInt8, CaseIterable, Hashable, Sendable {
  /// A piece of a file, or the whole of a small one, named by its SHA-256.
  case chunk = 0
  /// The list of chunks that make up a larger file, named by the file's SHA-256.
  case recipe = 1
  /// A folder's canonical listing, named by its SHA-256.
  case tree = 2

  /// The most bytes an object of the kind may have: what bounds memory against a hostile or damaged pack.
  var sizeLimit: Int {
    switch self {
    case .chunk: Chunker.maximum
    case .recipe, .tree: 256 << 20
    }
  }

  /// The kind's name in messages.
  var noun: String {
    switch self {
    case .chunk: "chunk"
    case .recipe: "file"
    case .tree: "tree"
    }
  }
}

/// What identifies an object: packs are sorted by it.
package struct ObjectKey: Hashable, Comparable, Sendable {
  /// The object's id.
  package var id: ContentID
  /// What it is.
  package var kind: ObjectKind

  /// Takes the parts.
  package init(id: ContentID, kind: ObjectKind) {
    self.id = id
    self.kind = kind
  }

  package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    left.id == right.id ? left.kind.rawValue < right.kind.rawValue : left.id < right.id
  }
}

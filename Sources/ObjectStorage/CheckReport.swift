public import MLTBase
public import SystemPackage

/// What a check of the store found.
public struct CheckReport: Hashable, Sendable {
  /// What is wrong, ordered by pack and object; what is missing comes first.
  public var problems: [CheckProblem] = []
  /// The files and trees that can't be read completely, because of damage or because something is missing.
  public var affected: Set<ContentID> = []
  /// The number of packs, those that can't be read included.
  public var packs = 0
  /// The number of objects that were read.
  public var objects = 0
  /// The bytes of packs that were read.
  public var bytes: Int64 = 0

  /// Whether nothing is damaged; something may be missing, as in a clone that hasn't all.
  public var isUndamaged: Bool { problems.allSatisfy { $0.fault == .missing } }
  /// Whether nothing is damaged or missing.
  public var isClean: Bool { problems.isEmpty }
}

/// Something that is wrong in the store.
public struct CheckProblem: Hashable, Sendable {
  /// The ways in which something can be wrong.
  public enum Fault: Hashable, Sendable {
    /// The whole pack can't be read: it is damaged, or of a newer version.
    case pack(StorageError)
    /// An object's bytes are damaged in this pack.
    case damaged(Corruption.Damage)
    /// An object is named by a file's list of chunks or by a tree, and isn't in the store.
    case missing
  }

  /// A file or tree that can't be read completely because of a problem.
  public struct Dependent: Hashable, Comparable, Sendable {
    /// The file's or tree's id.
    public var id: ContentID
    /// Whether it is a tree.
    public var isTree: Bool

    /// Takes the facts.
    public init(id: ContentID, isTree: Bool) {
      self.id = id
      self.isTree = isTree
    }

    /// Orders by id.
    public static func < (left: Dependent, right: Dependent) -> Bool {
      left.id == right.id ? !left.isTree && right.isTree : left.id < right.id
    }
  }

  /// The pack, nil for an object that is missing.
  public var pack: FilePath?
  /// The object, nil for a whole pack.
  public var object: ContentID?
  /// The object's kind; that of a missing file is ``ObjectKind/recipe``.
  public var kind: ObjectKind?
  /// What is wrong.
  public var fault: Fault
  /// Whether the same object is sound in another pack, so that nothing depends on this one.
  public var isSoundElsewhere: Bool
  /// The files and trees that can't be read completely because of this, sorted; at most a thousand.
  public var dependents: [Dependent]

  /// Takes the facts.
  public init(
    pack: FilePath?, object: ContentID?, kind: ObjectKind?, fault: Fault, isSoundElsewhere: Bool = false,
    dependents: [Dependent] = []
  ) {
    self.pack = pack
    self.object = object
    self.kind = kind
    self.fault = fault
    self.isSoundElsewhere = isSoundElsewhere
    self.dependents = dependents
  }
}

extension CheckProblem: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch fault {
    case .pack(let error): "\(error)"
    case .damaged(let damage): "\(Corruption(pack: pack, object: object, damage: damage))"
    case .missing: "\(kind?.noun ?? "object") '\(object?.short ?? "")' is not in the store"
    }
  }
}

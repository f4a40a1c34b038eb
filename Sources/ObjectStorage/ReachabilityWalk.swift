internal import MLTBase

/// Finds what can be reached from files and trees, without recursion: one bit for each object of each pack.
final class ReachabilityWalk {
  private struct Part {
    var pack: Pack
    var marks: RecordSet
  }

  private enum Mark {
    case new
    case old
    case absent
  }

  private let packs: PackSet
  private let reader: ObjectReader
  private var parts: [ObjectIdentifier: Part] = [:]
  private var pendingTrees: [ContentID] = []
  private var damage: [ContentID: StorageError] = [:]

  /// The files that aren't wanted, whatever names them; their pieces may be, where other files have them too.
  private let excluded: Set<ContentID>

  /// What is named and isn't in the store.
  private(set) var missing: Set<ContentID> = []
  /// What is named and isn't wanted.
  private(set) var passedOver: Set<ContentID> = []
  /// Called for each object that is reached for the first time; of several places, with that in the pack whose name
  /// comes first.
  var onReached: (PackSet.Location) -> Void = { _ in }

  /// The trees and lists of chunks that can't be read, so that nobody knows what they name.
  var problems: [StorageError] { damage.sorted { $0.key < $1.key }.map(\.value) }

  /// Starts with nothing reached; asks the packs as they were listed last.
  init(_ packs: PackSet, excluding excluded: Set<ContentID> = []) {
    self.packs = packs
    self.excluded = excluded
    reader = ObjectReader(packs)
  }

  /// The objects of a pack that were reached.
  func reached(in pack: Pack) -> RecordSet {
    parts[ObjectIdentifier(pack)]?.marks ?? RecordSet(capacity: pack.index.count)
  }

  /// Forgets what was reached.
  func reset() {
    parts = [:]
    missing = []
    passedOver = []
  }

  /// Reaches a file, or a tree with all below it, whichever of them has the id.
  ///
  /// - Throws: ``StorageError/system(_:)`` if the packs can't be read.
  func reach(_ id: ContentID) throws(StorageError) {
    let isTree = try reachTree(id)
    let isFile = try reachFile(id)
    if !isTree, !isFile { missing.insert(id) }
    while let tree = pendingTrees.popLast() {
      for entry in try read(tree) {
        let isThere = entry.mode == .tree ? try reachTree(entry.content) : try reachFile(entry.content)
        if !isThere { missing.insert(entry.content) }
      }
    }
  }

  // Whether the tree is there; if it is new, it is looked into later.
  private func reachTree(_ id: ContentID) throws(StorageError) -> Bool {
    switch try mark(ObjectKey(id: id, kind: .tree)) {
    case .absent: return false
    case .old: return true
    case .new:
      pendingTrees.append(id)
      return true
    }
  }

  private func reachFile(_ id: ContentID) throws(StorageError) -> Bool {
    if excluded.contains(id) {
      passedOver.insert(id)
      return true
    }
    if try mark(ObjectKey(id: id, kind: .chunk)) != .absent { return true }
    switch try mark(ObjectKey(id: id, kind: .recipe)) {
    case .absent: return false
    case .old: return true
    case .new: break
    }
    guard let recipe = try readable(id, { () throws(StorageError) in try reader.recipe(id) }) ?? nil else {
      return true
    }
    for index in 0..<recipe.count {
      let chunk = recipe[index].id
      if try mark(ObjectKey(id: chunk, kind: .chunk)) == .absent { missing.insert(chunk) }
    }
    return true
  }

  private func read(_ id: ContentID) throws(StorageError) -> [TreeEntry] {
    try readable(id) { () throws(StorageError) in
      let bytes = try reader.read(id, .tree)
      do throws(TreeProblem) {
        return try Tree(listing: Array(bytes)[...]).entries
      } catch {
        throw .corrupt(Corruption(pack: nil, object: id, damage: .tree(error)))
      }
    } ?? []
  }

  // Nil, and a note, for an object whose bytes are damaged.
  private func readable<Success>(
    _ id: ContentID, _ body: () throws(StorageError) -> Success
  ) throws(StorageError) -> Success? {
    do throws(StorageError) {
      return try body()
    } catch {
      if case .system = error { throw error }
      damage[id] = error
      return nil
    }
  }

  // An object in several packs is marked in each: which of them will stay isn't known yet.
  private func mark(_ key: ObjectKey) throws(StorageError) -> Mark {
    var mark = Mark.absent
    var first: PackSet.Location?
    try packs.view().forEachPlace(of: key) { pack, position in
      let isNew = parts[
        ObjectIdentifier(pack), default: Part(pack: pack, marks: RecordSet(capacity: pack.index.count))
      ].marks.insert(position)
      if first.map({ pack.name < $0.pack.name }) ?? true {
        first = PackSet.Location(pack: pack, position: position)
      }
      if isNew, mark == .absent { mark = .new }
      if !isNew { mark = .old }
      return true
    }
    if mark == .new, let first { onReached(first) }
    return mark
  }
}

internal import MLTBase

/// Finds which files and trees need objects that are lost, up to the outermost tree.
///
/// Reads all lists of chunks and all listings once more. Kept are the names of trees within trees, and what leads to
/// something lost.
struct DependentSearch {
  private typealias Dependent = CheckProblem.Dependent

  private static let dependentLimit = 1000

  /// The files and trees that can't be read completely.
  private(set) var affected: Set<ContentID> = []
  // Who names a lost object, or a file or tree that does.
  private var parents: [Dependent: [Dependent]] = [:]
  private var filesOfChunk: [ContentID: [ContentID]] = [:]

  /// Searches the packs as they are listed.
  init(_ packs: PackSet, lost: Set<ObjectKey>) throws(StorageError) {
    var files: Set<ContentID> = []
    var chunks: Set<ContentID> = []
    var trees: Set<ContentID> = []
    for key in lost {
      switch key.kind {
      case .chunk:
        chunks.insert(key.id)
        files.insert(key.id)  // it may be a whole file
      case .recipe: files.insert(key.id)
      case .tree: trees.insert(key.id)
      }
    }
    let reader = ObjectReader(packs)
    if !chunks.isEmpty {
      try Self.forEach(.recipe, in: packs, reader) { id, bytes in
        guard let recipe = Recipe(bytes) else { return }
        for chunk in Set((0..<recipe.count).map { recipe[$0].id }) where chunks.contains(chunk) {
          filesOfChunk[chunk, default: []].append(id)
          files.insert(id)
        }
      }
    }
    var parents: [Dependent: [Dependent]] = [:]
    try Self.forEach(.tree, in: packs, reader) { id, bytes in
      guard let tree = try? Tree(listing: Array(bytes)[...]) else { return }
      let parent = Dependent(id: id, isTree: true)
      for entry in tree.entries where entry.mode == .tree || files.contains(entry.content) {
        let child = Dependent(id: entry.content, isTree: entry.mode == .tree)
        if parents[child]?.last != parent { parents[child, default: []].append(parent) }
      }
    }
    self.parents = parents
    affected = files.union(trees)
    let start =
      files.map { Dependent(id: $0, isTree: false) } + trees.map { Dependent(id: $0, isTree: true) }
    affected.formUnion(reach(start).map(\.id))
  }

  /// The files and trees above a lost object, sorted; not all if they are very many.
  func dependents(of key: ObjectKey) -> [CheckProblem.Dependent] {
    var start = [Dependent(id: key.id, isTree: key.kind == .tree)]
    var found: Set<Dependent> = []
    if key.kind == .chunk {
      let files = (filesOfChunk[key.id] ?? []).prefix(Self.dependentLimit).map { Dependent(id: $0, isTree: false) }
      start += files
      found.formUnion(files)
    }
    found.formUnion(reach(start, limit: Self.dependentLimit))
    return found.sorted()
  }

  private func reach(_ start: [Dependent], limit: Int = .max) -> Set<Dependent> {
    var found: Set<Dependent> = []
    var pending = start
    while let next = pending.popLast(), found.count < limit {
      for parent in parents[next] ?? [] where found.insert(parent).inserted { pending.append(parent) }
    }
    return found
  }

  private static func forEach(
    _ kind: ObjectKind, in packs: PackSet, _ reader: ObjectReader, _ body: (ContentID, UnsafeRawBufferPointer) -> Void
  ) throws(StorageError) {
    for pack in try packs.packs() {
      for position in 0..<pack.index.count where pack.index[position].key.kind == kind {
        let place = PackSet.Location(pack: pack, position: position)
        do throws(StorageError) {
          body(place.record.key.id, try reader.read(place))
        } catch {
          // What can't be read was found by the check.
          continue
        }
      }
    }
  }
}

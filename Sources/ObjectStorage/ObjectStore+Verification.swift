public import MLTBase
public import SystemPackage

/// Something wrong with a pack.
public struct PackProblem: Hashable, Sendable {
  /// The pack.
  public var pack: FilePath
  /// The object, nil if it is the pack as a whole.
  public var object: ContentID?
  /// What is wrong.
  public var error: StorageError

  /// Takes the facts.
  public init(pack: FilePath, object: ContentID?, error: StorageError) {
    self.pack = pack
    self.object = object
    self.error = error
  }
}

extension ObjectStore {
  /// Reads every object of every pack and checks it: hashes, lists of chunks against the whole file's hash, listings.
  ///
  /// That a tree names something which isn't in the store is no problem: a clone needn't have all.
  ///
  /// - Parameter progress: called after each pack, with how many are done and how many there are.
  /// - Returns: what is wrong, ordered by pack and object.
  /// - Throws: ``StorageError/system(_:)`` or ``StorageError/notAStore(_:)`` if the packs can't be listed.
  public func verifyAll(
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(StorageError) -> [PackProblem] {
    _ = try packs.refresh(always: true)
    var problems = try packs.damaged().map { PackProblem(pack: $0.path, object: nil, error: $0.error) }
    let sound = try packs.packs().sorted { $0.path.string < $1.path.string }
    let total = sound.count + problems.count
    var done = problems.count
    for pack in sound {
      withReader { reader in
        for position in 0..<pack.index.count {
          let place = PackSet.Location(pack: pack, position: position)
          if let error = verify(place, reader) {
            problems.append(PackProblem(pack: pack.path, object: place.record.key.id, error: error))
          }
        }
      }
      done += 1
      progress(done, total)
    }
    return problems
  }

  private func verify(_ place: PackSet.Location, _ reader: ObjectReader) -> StorageError? {
    do throws(StorageError) {
      let bytes = try reader.read(place)
      switch place.record.key.kind {
      case .chunk: break
      case .recipe: try verifyRecipe(place.record.key.id, Recipe(bytes), reader)
      case .tree: try verifyTree(place, Array(bytes), reader)
      }
      return nil
    } catch {
      return error
    }
  }

  private func verifyRecipe(_ id: ContentID, _ recipe: Recipe?, _ reader: ObjectReader) throws(StorageError) {
    let damage = StorageError.corrupt(Corruption(pack: nil, object: id, damage: .recipe))
    guard let recipe else { throw damage }
    var hasher = ContentHasher()
    for index in 0..<recipe.count {
      let bytes = try reader.read(recipe[index].id, .chunk)
      guard bytes.count == recipe[index].length else { throw damage }
      hasher.update(bytes)
    }
    guard hasher.finalize() == id else { throw damage }
  }

  private func verifyTree(
    _ place: PackSet.Location, _ bytes: [UInt8], _ reader: ObjectReader
  ) throws(StorageError) {
    let damage = { (problem: TreeProblem) in
      StorageError.corrupt(
        Corruption(pack: place.pack.path, object: place.record.key.id, damage: .tree(problem)))
    }
    let tree: Tree
    do throws(TreeProblem) { tree = try Tree(listing: bytes[...]) } catch { throw damage(error) }
    // An entry's figures repeat what the child says of itself, where the child is here.
    for entry in tree.entries where entry.mode == .tree {
      if try packs.find(ObjectKey(id: entry.content, kind: .tree)).isEmpty { continue }
      let child = try self.tree(entry.content)
      guard child.size == entry.size, child.count == entry.count else { throw damage(.figures(entry.name)) }
    }
  }
}

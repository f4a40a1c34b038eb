public import MLTBase

extension ObjectStore {
  /// Whether the store has all bytes of a file.
  ///
  /// - Throws: ``StorageError/corrupt(_:)`` if the file's list of chunks, or the pack it may be in, is damaged.
  public func containsFile(_ id: ContentID) throws(StorageError) -> Bool {
    try containsFile(id, relying: nil)
  }

  /// Whether the store has all bytes of a file; where it says so, they are noted as relied upon.
  func containsFile(_ id: ContentID, relying reliance: Reliance?) throws(StorageError) -> Bool {
    if let place = try packs.find(ObjectKey(id: id, kind: .chunk)).first {
      reliance?.add(place.pack, place.position)
      return true
    }
    return try withReader { (reader) throws(StorageError) in
      guard let recipe = try reader.recipe(id) else { return try absent(id, .recipe) }
      if let reliance { _ = try packs.contains(ObjectKey(id: id, kind: .recipe), relying: reliance) }
      for index in 0..<recipe.count {
        let chunk = recipe[index].id
        guard let place = try packs.find(ObjectKey(id: chunk, kind: .chunk)).first else {
          return try absent(chunk, .chunk)
        }
        reliance?.add(place.pack, place.position)
      }
      return true
    }
  }

  /// Whether the store has a folder's listing; what the listing names isn't asked for.
  ///
  /// - Throws: ``StorageError/corrupt(_:)`` if a pack it may be in is damaged.
  public func containsTree(_ id: ContentID) throws(StorageError) -> Bool {
    if try !packs.find(ObjectKey(id: id, kind: .tree)).isEmpty { return true }
    return try absent(id, .tree)
  }

  /// Whether the store has all bytes of a file, or a folder's listing, with an id.
  ///
  /// - Throws: as ``containsFile(_:)``.
  public func contains(_ id: ContentID) throws(StorageError) -> Bool {
    if try containsFile(id) { return true }
    return try containsTree(id)
  }

  // 'No' is an answer only if every pack could be asked.
  private func absent(_ id: ContentID, _ kind: ObjectKind) throws(StorageError) -> Bool {
    if let damaged = try packs.damaged().first { throw damaged.error }
    return false
  }

  /// Returns the number of a file's bytes, nil if the store doesn't have it.
  ///
  /// - Throws: ``StorageError/corrupt(_:)`` if the file's list of chunks, or the pack it may be in, is damaged.
  public func fileSize(_ id: ContentID) throws(StorageError) -> Int64? {
    if let place = try packs.find(ObjectKey(id: id, kind: .chunk)).first { return Int64(place.record.rawLength) }
    return try withReader { (reader) throws(StorageError) in
      if let recipe = try reader.recipe(id) { return recipe.size }
      _ = try absent(id, .recipe)
      return nil
    }
  }

  /// Passes a file's bytes to `body`, piece by piece in order.
  ///
  /// Each piece is verified before `body` sees it. That the pieces make this file is known at the end: if the call
  /// throws, what `body` got is not to be relied upon.
  ///
  /// - Throws: ``StorageError/missing(_:_:)``, ``StorageError/corrupt(_:)`` or ``StorageError/system(_:)``, and what
  ///   `body` throws.
  public func readFile(_ id: ContentID, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try withReader { (reader) throws in try reader.readFile(id, body) }
  }

  /// Returns a file's bytes.
  ///
  /// - Throws: ``StorageError/tooLarge(_:limit:)`` if they are more than `limit`; else as ``readFile(_:_:)``.
  public func contents(of id: ContentID, limit: Int) throws(StorageError) -> [UInt8] {
    if let size = try fileSize(id), size > limit { throw .tooLarge(id, limit: Int64(limit)) }
    var bytes: [UInt8] = []
    do {
      try readFile(id) { bytes.append(contentsOf: $0) }
    } catch let error as StorageError {
      throw error
    } catch {
      preconditionFailure("appending doesn't throw, reading throws nothing else: \(error)")
    }
    return bytes
  }

  /// Returns a folder's children.
  ///
  /// - Throws: ``StorageError/missing(_:_:)``, ``StorageError/corrupt(_:)`` or ``StorageError/system(_:)``.
  public func tree(_ id: ContentID) throws(StorageError) -> Tree {
    try withReader { (reader) throws(StorageError) in
      let bytes = try reader.read(id, .tree)
      do throws(TreeProblem) {
        return try Tree(listing: Array(bytes)[...])
      } catch {
        throw .corrupt(Corruption(pack: nil, object: id, damage: .tree(error)))
      }
    }
  }

  /// Returns what is at a path below a folder, nil if nothing; reads the trees on the way only.
  ///
  /// - Parameter path: the names to go down by; none of them follows a symbolic link.
  /// - Throws: as ``tree(_:)``.
  public func entry(at path: [[UInt8]], in tree: ContentID) throws(StorageError) -> TreeEntry? {
    guard let last = path.last else { return nil }
    var id = tree
    for name in path.dropLast() {
      guard let entry = try self.tree(id)[name], entry.mode == .tree else { return nil }
      id = entry.content
    }
    return try self.tree(id)[last]
  }
}

import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// Packs whose checksums are right and whose contents lie.
@Suite struct HostilePackTests {
  private static let id = ContentHasher.contentID(of: Array("wanted".utf8))

  private static func object(
    kind: UInt8 = 0, codec: UInt8 = 0, stored: [UInt8] = Array("wanted".utf8), rawLength: UInt32? = nil,
    offset: UInt64? = nil
  ) -> HandmadePack.Object {
    HandmadePack.Object(id: id, kind: kind, codec: codec, stored: stored, rawLength: rawLength, offset: offset)
  }

  @Test("a pack made by hand is read")
  func sound() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      try HandmadePack(objects: [Self.object()]).write(to: folder)
      #expect(try store.contents(of: Self.id, limit: 10) == Array("wanted".utf8))
    }
  }

  @Test(
    "a record that breaks the rules makes the pack corrupt",
    arguments: [
      object(kind: 3), object(codec: 2), object(rawLength: 7), object(codec: 1, rawLength: 6),
      object(codec: 1, rawLength: 512 << 10 + 1), object(kind: 1, codec: 1, rawLength: 256 << 20 + 1),
      object(offset: 15), object(offset: 17), object(offset: .max), object(offset: .max - 5), object(offset: 1 << 63),
    ])
  func records(object: HandmadePack.Object) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      try HandmadePack(objects: [object]).write(to: folder)
      let path = try #require(try packFiles(in: folder).first)
      let error = StorageError.corrupt(Corruption(pack: path, object: nil, damage: .index))
      #expect(throws: error) { try store.contents(of: Self.id, limit: .max) }
      #expect(try store.verifyAll() == [PackProblem(pack: path, object: nil, error: error)])
    }
  }

  @Test("records out of order or there twice make the pack corrupt", arguments: [[1, 0], [0, 0]])
  func order(order: [Int]) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      var pack = HandmadePack(isSorted: false)
      let bytes = [[1], [2]].sorted { ContentHasher.contentID(of: $0) < ContentHasher.contentID(of: $1) } as [[UInt8]]
      for index in order { pack.add(chunk: bytes[index]) }
      try pack.write(to: folder)
      #expect(throws: StorageError.self) { try store.contents(of: ContentHasher.contentID(of: bytes[0]), limit: 1) }
    }
  }

  @Test("bytes of another hash, or that don't unpack, are refused")
  func lies() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      try HandmadePack(objects: [Self.object(stored: Array("other!".utf8))]).write(to: folder)
      let path = try #require(try packFiles(in: folder).first)
      #expect(throws: StorageError.corrupt(Corruption(pack: path, object: Self.id, damage: .hash))) {
        try store.contents(of: Self.id, limit: 10)
      }
    }
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      // A tree that claims to unpack to 256 MiB.
      try HandmadePack(objects: [Self.object(kind: 2, codec: 1, rawLength: 256 << 20)]).write(to: folder)
      let path = try #require(try packFiles(in: folder).first)
      #expect(throws: StorageError.corrupt(Corruption(pack: path, object: Self.id, damage: .compression))) {
        try store.tree(Self.id)
      }
    }
  }

  // A recipe as the format page lays it out.
  private func recipe(size: UInt64, count: UInt64, _ pieces: [(id: ContentID, length: UInt64)]) -> [UInt8] {
    let body = pieces.reduce(little(size, 8) + little(count, 4)) { $0 + $1.id.bytes + little($1.length, 4) }
    return body + ContentHasher.contentID(of: body).bytes
  }

  @Test("a recipe for another file, or that doesn't add up, is refused", arguments: 0..<7)
  func recipes(which: Int) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let first = ContentHasher.contentID(of: Array("wan".utf8))
      let second = ContentHasher.contentID(of: Array("ted".utf8))
      let bytes =
        switch which {
        case 0: recipe(size: 6, count: 2, [(first, 3), (second, 3)])
        case 1: recipe(size: 6, count: 2, [(second, 3), (first, 3)])
        case 2: recipe(size: 7, count: 2, [(first, 3), (second, 3)])
        case 3: recipe(size: 6, count: 3, [(first, 3), (second, 3)])
        case 4: recipe(size: 6, count: 2, [(first, 2), (second, 4)])
        case 5: recipe(size: 3, count: 2, [(first, 3), (second, 0)])
        default: Array(recipe(size: 6, count: 2, [(first, 3), (second, 3)]).dropLast())
        }
      var pack = HandmadePack()
      pack.add(chunk: Array("wan".utf8))
      pack.add(chunk: Array("ted".utf8))
      pack.objects.append(Self.object(kind: 1, stored: bytes))
      try pack.write(to: folder)
      if which == 0 {
        #expect(try store.contents(of: Self.id, limit: 10) == Array("wanted".utf8))
        #expect(try store.verifyAll() == [])
      } else {
        let path = folder.appending("restored")
        #expect(throws: StorageError.self) { try store.restoreFile(Self.id, to: path) }
        #expect(try FileStatus(at: path) == nil)
        #expect(try store.verifyAll().map(\.object) == [Self.id])
      }
    }
  }

  @Test("a chunk that is missing makes the file one that isn't there")
  func missingChunk() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      let first = ContentHasher.contentID(of: Array("wan".utf8))
      let second = ContentHasher.contentID(of: Array("ted".utf8))
      var pack = HandmadePack()
      pack.add(chunk: Array("wan".utf8))
      pack.objects.append(
        Self.object(kind: 1, stored: recipe(size: 6, count: 2, [(first, 3), (second, 3)])))
      try pack.write(to: folder)
      #expect(try !store.containsFile(Self.id))
      #expect(throws: StorageError.missing(second, .chunk)) { try store.contents(of: Self.id, limit: 10) }
    }
  }

  @Test("a tree whose hash is right and whose listing isn't canonical is refused")
  func tree() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      var pack = HandmadePack()
      let id = pack.add(tree: listing([("f", Self.id, "6", "1", Array("../../x".utf8))]))
      try pack.write(to: folder)
      let error = StorageError.corrupt(
        Corruption(pack: nil, object: id, damage: .tree(.name(Array("../../x".utf8)))))
      #expect(throws: error) { try store.tree(id) }
      #expect(throws: error) { try store.restoreTree(id, to: folder.appending("out")) }
      #expect(try store.verifyAll().map(\.object) == [id])
    }
  }

  @Test("a folder's figures that contradict the folder are found by the check")
  func figures() throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      var pack = HandmadePack()
      let child = pack.add(tree: listing([("f", Self.id, "6", "1", Array("x".utf8))]))
      let parent = pack.add(tree: listing([("t", child, "7", "1", Array("d".utf8))]))
      try pack.write(to: folder)
      #expect(try store.verifyAll().map(\.object) == [parent])
    }
  }
}

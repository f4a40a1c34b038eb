import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport

/// Returns bytes that depend on the seed alone.
func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  var words = [UInt64](repeating: 0, count: (count + 7) / 8)
  for index in words.indices { words[index] = generator.next().littleEndian }
  return words.withUnsafeBytes { Array($0.prefix(count)) }
}

/// Makes an empty store in a folder.
func makeStore(in folder: FilePath) throws -> ObjectStore {
  let home = folder.appending(".mlt")
  try ObjectStore.create(in: home)
  return try ObjectStore(folder: home)
}

/// Opens the store of ``makeStore(in:)`` as another process would.
func reopenStore(in folder: FilePath) throws -> ObjectStore {
  try ObjectStore(folder: folder.appending(".mlt"))
}

func write(_ bytes: [UInt8], to path: FilePath) throws {
  try FileOperations.replace(path, with: bytes, sync: false)
}

func write(_ text: String, to path: FilePath) throws {
  try write(Array(text.utf8), to: path)
}

func packFiles(in folder: FilePath) throws -> [FilePath] {
  let packs = folder.appending(".mlt").appending("packs")
  return try FileOperations.names(in: packs).map { packs.appending($0) }
}

func temporaryFiles(in folder: FilePath) throws -> [String] {
  try FileOperations.names(in: folder.appending(".mlt").appending("tmp")).map(\.string)
}

func totalSize(_ paths: [FilePath]) throws -> Int64 {
  try paths.reduce(0) { try $0 + (FileStatus(at: $1)?.size ?? 0) }
}

/// Stores `bytes` as the only thing a writer does.
func add(_ bytes: [UInt8], to store: ObjectStore) throws -> ContentID {
  let writer = store.begin()
  let id = try writer.addBytes(bytes)
  try writer.finish()
  return id
}

/// A pack put together from the format page alone, right or wrong as the test wishes.
struct HandmadePack {
  struct Object {
    var id: ContentID
    var kind: UInt8
    var codec: UInt8 = 0
    var stored: [UInt8]
    var rawLength: UInt32?
    var offset: UInt64?
  }

  var objects: [Object] = []
  var isSorted = true

  mutating func add(chunk bytes: [UInt8]) {
    objects.append(Object(id: ContentHasher.contentID(of: bytes), kind: 0, stored: bytes))
  }

  mutating func add(tree bytes: [UInt8]) -> ContentID {
    let id = ContentHasher.contentID(of: bytes)
    objects.append(Object(id: id, kind: 2, stored: bytes))
    return id
  }

  func bytes() -> (bytes: [UInt8], name: String) {
    var bytes = Array("mltpack\n".utf8) + little(1, 4) + little(0, 4)
    var placed: [(object: Object, offset: UInt64)] = []
    for object in objects {
      placed.append((object, object.offset ?? UInt64(bytes.count)))
      bytes += object.stored
    }
    if isSorted { placed.sort { ($0.object.id, $0.object.kind) < ($1.object.id, $1.object.kind) } }
    var index: [UInt8] = []
    for (object, offset) in placed {
      index += object.id.bytes + [object.kind, object.codec, 0, 0] + little(UInt64(object.stored.count), 4)
      index += little(UInt64(object.rawLength ?? UInt32(object.stored.count)), 4) + little(offset, 8)
    }
    let checksum = ContentHasher.contentID(of: index)
    let start = UInt64(bytes.count)
    bytes += index
    bytes += little(start, 8) + little(UInt64(objects.count), 8) + checksum.bytes
    bytes += little(UInt64(bytes.count + 16), 8) + Array("mltpend\n".utf8)
    return (bytes, checksum.hex + ".pack")
  }

  func write(to folder: FilePath) throws {
    let (bytes, name) = bytes()
    try ObjectStorageTests.write(bytes, to: folder.appending(".mlt").appending("packs").appending(name))
  }
}

func little(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
}

/// The listing of a tree, written from the format page alone.
func listing(_ entries: [(mode: String, id: ContentID, size: String, count: String, name: [UInt8])]) -> [UInt8] {
  entries.reduce(Array("mlt tree 1\n".utf8)) {
    $0 + Array("\($1.mode) \($1.id.hex) \($1.size) \($1.count) ".utf8) + $1.name + [0]
  }
}

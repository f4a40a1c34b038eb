internal import Glibc
package import MLTBase
internal import SystemPackage

/// One immutable file of objects whose index was read and checked.
package final class Pack: Sendable {
  let path: FilePath
  let index: PackIndex
  /// The file's name.
  let name: String
  /// The SHA-256 of the index.
  package let id: ContentID

  /// Takes a pack that was just written.
  init(path: FilePath, id: ContentID, index: PackIndex) {
    self.path = path
    self.id = id
    self.index = index
    name = path.lastComponent?.string ?? ""
  }

  /// Takes a pack that is somewhere else.
  init(id: ContentID, index: PackIndex) {
    self.id = id
    self.index = index
    name = Self.fileName(id)
    path = FilePath(name)
  }

  /// Opens the pack at `path`, and checks all but its objects.
  init(path: FilePath) throws(StorageError) {
    self.path = path
    name = path.lastComponent?.string ?? ""
    let file = try PackHandle(path)
    let status = try stored { () throws(SystemCallError) in try FileStatus(of: file.descriptor, path: path) }
    let frame = StorageError.corrupt(Corruption(pack: path, object: nil, damage: .frame))
    let smallest = Int64(PackFormat.headerLength + PackFormat.trailerLength)
    guard status.kind == .regular, status.size >= smallest else { throw frame }
    guard let header = try file.bytes(at: 0, count: PackFormat.headerLength),
      let version = PackFormat.version(ofHeader: header)
    else { throw frame }
    guard version == PackFormat.version else { throw .unsupportedVersion(path, version) }
    let trailerOffset = status.size - Int64(PackFormat.trailerLength)
    guard let end = try file.bytes(at: trailerOffset, count: PackFormat.trailerLength),
      let trailer = PackFormat.trailer(end, fileLength: status.size)
    else { throw frame }
    let length = trailer.recordCount * PackFormat.recordLength
    let block = MemoryBlock(count: max(1, length))
    guard try file.read(into: block.bytes, at: Int64(trailer.indexOffset), count: length) else { throw frame }
    guard
      ContentHasher.contentID(of: block.prefix(length)) == trailer.checksum,
      name == Pack.fileName(trailer.checksum),
      let index = PackIndex(block, count: trailer.recordCount, indexOffset: trailer.indexOffset)
    else { throw .corrupt(Corruption(pack: path, object: nil, damage: .index)) }
    id = trailer.checksum
    self.index = index
  }

  private static let suffix = ".pack"

  /// The name of the pack whose index has that hash.
  static func fileName(_ checksum: ContentID) -> String { checksum.hex + suffix }

  /// Whether a file of that name is a pack.
  static func isFileName(_ name: String) -> Bool {
    name.hasSuffix(suffix) && ContentID(hex: name.dropLast(suffix.count)) != nil
  }
}

/// A pack's file, open for reading.
final class PackHandle: Sendable {
  let descriptor: FileDescriptor
  let path: FilePath

  init(_ path: FilePath) throws(StorageError) {
    self.path = path
    descriptor = try stored { () throws(SystemCallError) in
      try attempting("open", path) { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) }
    }
  }

  /// Reads `count` bytes; false if the file ends before them.
  func read(into target: UnsafeMutableRawBufferPointer, at offset: Int64, count: Int) throws(StorageError) -> Bool {
    var done = 0
    while done < count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[done..<count])
      let got = try stored { () throws(SystemCallError) in
        try attempting("read", path) { try descriptor.read(fromAbsoluteOffset: offset + Int64(done), into: rest) }
      }
      if got == 0 { return false }
      done += got
    }
    return true
  }

  /// Returns `count` bytes; nil if the file ends before them.
  func bytes(at offset: Int64, count: Int) throws(StorageError) -> [UInt8]? {
    let block = MemoryBlock(count: max(1, count))
    return try read(into: block.bytes, at: offset, count: count) ? Array(block.prefix(count)) : nil
  }

  deinit {
    try? descriptor.close()  // nothing was written, so closing has nothing to report
  }
}

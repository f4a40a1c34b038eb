internal import MLTBase
internal import SystemPackage

/// A part of a document that is put together beside others, and copied behind them when all is known.
///
/// What is more than a little is kept in a file without a name, which ends with the process.
final class Spool {
  private static let memoryLimit = 1 << 18

  private let folder: FilePath
  private var buffer: [UInt8] = []
  private var file: FileDescriptor?
  /// How many elements were added.
  private(set) var count = 0

  /// Begins with nothing.
  ///
  /// - Parameter folder: where the file is made, if one is needed.
  init(_ folder: FilePath) {
    self.folder = folder
  }

  deinit {
    try? file?.close()  // nobody needs what is in it any more
  }

  /// Adds an element of a JSON list, on a line of its own.
  func add(_ element: JSON) throws(SystemCallError) {
    try add(element.canonicalBytes)
  }

  /// Adds a member of a JSON object, on a line of its own.
  func add(_ key: String, _ value: JSONObject) throws(SystemCallError) {
    try add(JSON.string(key).canonicalBytes + [UInt8(ascii: ":")] + JSON.object(value).canonicalBytes)
  }

  /// Adds an object to a JSON list, with another spool's elements as the list of one of its members.
  func add(_ object: JSONObject, listing list: Spool, as member: String) throws {
    guard list.count > 0 else { return try add(.object(object)) }
    try add(Array(JSON.object(object).canonicalBytes.dropLast()) + Array(",\"\(member)\":[\n".utf8))
    let inner = DocumentOutput { piece in
      self.buffer.append(contentsOf: piece)
      if self.buffer.count > Self.memoryLimit { try self.empty() }
    }
    try list.copy(to: inner)
    try inner.flush()
    buffer += "\n]}".utf8
  }

  private func add(_ bytes: [UInt8]) throws(SystemCallError) {
    if count > 0 { buffer += ",\n".utf8 }
    buffer += bytes
    count += 1
    if buffer.count > Self.memoryLimit { try empty() }
  }

  private func empty() throws(SystemCallError) {
    let file: FileDescriptor
    if let opened = self.file { file = opened } else { file = try Self.namelessFile(in: folder) }
    self.file = file
    try attempting("write a temporary file in", folder) { _ = try file.writeAll(buffer) }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func namelessFile(in folder: FilePath) throws(SystemCallError) -> FileDescriptor {
    let path = folder.appending(FileOperations.temporaryPrefix + Hex.encode(FileOperations.randomBytes(8)))
    let file = try attempting("write", path) {
      try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o600))
    }
    do throws(SystemCallError) {
      try FileOperations.remove(path)
    } catch {
      try? file.close()  // the failure that matters is already being reported
      throw error
    }
    return file
  }

  /// Copies all that was added, separated by commas, without brackets around it.
  func copy(to output: DocumentOutput) throws {
    if let file {
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      var offset: Int64 = 0
      while true {
        let count = try attempting("read a temporary file in", folder) {
          try piece.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: offset, into: $0) }
        }
        if count == 0 { break }
        offset += Int64(count)
        try piece.withUnsafeBytes { try output.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      }
    }
    try output.write(buffer)
  }
}

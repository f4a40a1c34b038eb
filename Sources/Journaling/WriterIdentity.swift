internal import MLTBase
internal import SystemPackage

/// What `.mlt/writer` says: under which name this clone appends, and where that name was drawn.
struct WriterIdentity: Hashable {
  var writer: WriterID
  var device: Int64
  var inode: Int64
  var host: String

  private static func path(in folder: FilePath) -> FilePath { folder.appending("writer") }

  /// Draws a new name for the journal in `.mlt`.
  init(drawnIn folder: FilePath, host: String) throws(JournalError) {
    let journal = folder.appending("journal")
    let status = try journaling { () throws(SystemCallError) in try FileStatus(at: journal) }
    guard let status else { throw .missing(folder) }
    writer = WriterID.random()
    // Only equality matters, so the numbers may wrap.
    device = Int64(truncatingIfNeeded: status.device)
    inode = Int64(truncatingIfNeeded: status.inode)
    self.host = host
  }

  /// Reads the identity; nil if there is none yet.
  init?(in folder: FilePath) throws(JournalError) {
    let path = Self.path(in: folder)
    let contents: [UInt8]?
    do throws(SystemCallError) {
      contents = try FileOperations.contents(of: path, limit: 64 * 1024)
    } catch {
      if error.errno == .fileTooLarge { throw .malformed(path) }
      throw .system(error)
    }
    guard let contents else { return nil }
    guard let object = try? JSON(parsing: contents).object,
      let writer = object["writer"]?.string.flatMap({ WriterID(hex: $0) }), let device = object["device"]?.int,
      let inode = object["inode"]?.int, let host = object["host"]?.string
    else { throw .malformed(path) }
    self.writer = writer
    self.device = device
    self.inode = inode
    self.host = host
  }

  /// Writes the identity down.
  func write(in folder: FilePath) throws(JournalError) {
    let object: JSON = [
      "device": .int(device), "host": .string(host), "inode": .int(inode), "writer": .string(writer.hex),
    ]
    let bytes = object.canonicalBytes + [UInt8(ascii: "\n")]
    try journaling { () throws(SystemCallError) in try FileOperations.replace(Self.path(in: folder), with: bytes) }
  }

  /// Tells whether two identities were drawn at the same place.
  func isSamePlace(as other: WriterIdentity) -> Bool {
    device == other.device && inode == other.inode && host == other.host
  }
}

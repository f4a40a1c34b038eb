internal import MLTBase
internal import SystemPackage

/// Turns a full active segment into a closed one, in steps of which each may be the last.
enum SegmentCloser {
  /// The size from which an active segment is closed.
  static let threshold: Int64 = 8 << 20

  private static let temporaryName = "closing.tmp"
  // Level 3 packs events to within a few percent of the default level, three times as fast.
  static let level: Int32 = 3

  /// Closes the active segment that begins with event `first`.
  ///
  /// - Returns: the number of the last event in it.
  static func close(_ first: Int64, in folder: FilePath) throws(JournalError) -> Int64 {
    let path = folder.appending(SegmentName(first: first, last: nil).name)
    let temporary = folder.appending(temporaryName)
    do throws(JournalError) {
      let lines = try GzipWriter(level: level).compress(path, to: temporary)
      let last = first + lines - 1
      try journaling { () throws(SystemCallError) in
        try FileOperations.rename(temporary, to: folder.appending(SegmentName(first: first, last: last).name))
        try FileOperations.synchronizeFolder(folder)
        try FileOperations.remove(path)
      }
      return last
    } catch {
      try? FileOperations.remove(temporary)  // it may be gone or never have been; the failure that matters is reported
      throw error
    }
  }

  /// The unpacked size that a gzip file states, modulo 2^32 (RFC 1952, `ISIZE`); nil if it is too short to.
  static func unpackedSize(of path: FilePath) throws(SystemCallError) -> Int64? {
    try attempting("read", path) {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      return try descriptor.closeAfter {
        let size = try descriptor.seek(offset: 0, from: .end)
        guard size >= 18 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4)
        let count = try bytes.withUnsafeMutableBytes { try descriptor.read(fromAbsoluteOffset: size - 4, into: $0) }
        guard count == 4 else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
      }
    }
  }
}

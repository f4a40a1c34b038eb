internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The names in a folder, as bytes, sorted by them.
///
/// Kept one after the other with a zero behind each: a million names take little more than their bytes.
///
/// `@unchecked Sendable`: the bytes are written before the listing is made, and only read afterwards.
final class FolderListing: @unchecked Sendable {
  private let bytes: MemoryBlock
  private let offsets: [UInt32]

  /// The number of names.
  var count: Int { offsets.count }

  /// Lists an open folder, without `.` and `..`.
  init(_ folder: FolderHandle) throws(Errno) {
    // The stream closes what it is given.
    let copy = fcntl(folder.descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw Errno(rawValue: errno) }
    guard let stream = fdopendir(copy) else {
      let code = Errno(rawValue: errno)
      close(copy)
      throw code
    }
    defer { closedir(stream) }
    let bytes = MemoryBlock(count: 4096)
    var offsets: [UInt32] = []
    var used = 0
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw Errno(rawValue: errno) }
        break
      }
      guard let start = UInt32(exactly: used) else { throw .fileTooLarge }
      let length = withUnsafeBytes(of: &entry.pointee.d_name) { name in
        let length = name.firstIndex(of: 0) ?? name.count
        if name[0] == 0x2E, length == 1 || (length == 2 && name[1] == 0x2E) { return 0 }
        bytes.grow(to: used + length + 1)
        let target = UnsafeMutableRawBufferPointer(rebasing: bytes.bytes[used..<used + length + 1])
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: name[..<length]))
        target[length] = 0
        return length
      }
      if length == 0 { continue }
      offsets.append(start)
      used += length + 1
    }
    guard let base = bytes.bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { throw .noMemory }
    // Bytes are compared as unsigned, which is the order of trees.
    offsets.sort { strcmp(base + Int($0), base + Int($1)) < 0 }
    // A name that was changed while the folder was read may turn up twice.
    var kept = 0
    for index in offsets.indices {
      if kept > 0, strcmp(base + Int(offsets[kept - 1]), base + Int(offsets[index])) == 0 { continue }
      offsets[kept] = offsets[index]
      kept += 1
    }
    offsets.removeSubrange(kept...)
    self.bytes = bytes
    self.offsets = offsets
  }

  /// The name at `position`, with a zero behind it, good as long as the listing is.
  func pointer(_ position: Int) -> UnsafePointer<CChar> {
    guard let base = bytes.bytes.baseAddress else { preconditionFailure("a listing has memory") }
    return UnsafePointer((base + Int(offsets[position])).assumingMemoryBound(to: CChar.self))
  }

  /// The bytes of the name at `position`, good as long as the listing is.
  func bytes(_ position: Int) -> UnsafeRawBufferPointer {
    let pointer = pointer(position)
    return UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
  }
}

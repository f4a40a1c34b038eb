internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The names in a folder, as bytes.
enum FolderListing {
  /// Returns the names in a folder without `.` and `..`, sorted by their bytes.
  static func names(in folder: FilePath) throws(SystemCallError) -> [[UInt8]] {
    guard let stream = folder.withPlatformString({ opendir($0) }) else {
      throw SystemCallError("list", folder, Errno(rawValue: errno))
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw SystemCallError("list", folder, Errno(rawValue: errno)) }
        break
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
    }
    names.sort { left, right in
      // The same order as `lexicographicallyPrecedes`, which takes most of a large folder's time.
      let order = left.withUnsafeBytes { left in
        right.withUnsafeBytes { right -> CInt in
          guard let first = left.baseAddress, let second = right.baseAddress else { return 0 }
          return memcmp(first, second, min(left.count, right.count))
        }
      }
      return order == 0 ? left.count < right.count : order < 0
    }
    return names
  }
}

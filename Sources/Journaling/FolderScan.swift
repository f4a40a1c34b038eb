internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Goes through a folder's names in no order and without copying them.
///
/// Every command looks at the journal's folders, in which segments gather over the years.
enum FolderScan {
  /// Gives each name's bytes to `body`.
  static func names(in folder: FilePath, _ body: (UnsafeRawBufferPointer) -> Void) throws(SystemCallError) {
    guard let stream = folder.withPlatformString({ opendir($0) }) else {
      throw SystemCallError("list", folder, Errno(rawValue: errno))
    }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw SystemCallError("list", folder, Errno(rawValue: errno)) }
        return
      }
      withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        body(UnsafeRawBufferPointer(rebasing: bytes.prefix { $0 != 0 }))
      }
    }
  }
}

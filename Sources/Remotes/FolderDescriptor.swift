internal import Glibc
internal import MLTBase
internal import SystemPackage

/// An open folder or file, closed with its owner.
final class FolderDescriptor {
  let descriptor: FileDescriptor
  private let base: FilePath
  private let name: String?

  /// Where it is, for messages: put together when one is needed.
  var path: FilePath { name.map { base.appending($0) } ?? base }

  /// Takes a descriptor of what is at `base`, or named so below it.
  init(_ descriptor: CInt, path base: FilePath, _ name: String? = nil) {
    self.descriptor = FileDescriptor(rawValue: descriptor)
    self.base = base
    self.name = name
  }

  deinit {
    try? descriptor.close()  // what was written is synced before, so closing has nothing to report
  }

  /// Returns the names in a folder that are text, without those that begin with a dot.
  ///
  /// - Throws: ``SystemCallError``; with `EOVERFLOW` if there are more than `limit`.
  func names(limit: Int) throws(SystemCallError) -> [String] {
    let again = openat(descriptor.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard again >= 0, let stream = fdopendir(again) else {
      let code = Errno(rawValue: errno)
      if again >= 0 { close(again) }
      throw SystemCallError("list", path, code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw SystemCallError("list", path, Errno(rawValue: errno)) }
        return names
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(validating: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let name, !name.hasPrefix(".") else { continue }
      guard names.count < limit else { throw SystemCallError("list", path, .overflow) }
      names.append(name)
    }
  }

  /// Waits until the folder's entries or the file's bytes have reached the disk.
  func synchronize() throws(SystemCallError) {
    try FileOperations.synchronize(descriptor, path)
  }
}

internal import MLTBase
public import SystemPackage

/// The version of everything in `.mlt`, kept in the file `.mlt/format`.
public enum RepositoryFormat {
  /// The version that this code reads and writes.
  public static let supported: Int64 = 1

  private static func path(in folder: FilePath) -> FilePath { folder.appending("format") }

  /// Reads the version and refuses what this code doesn't know.
  ///
  /// - Parameter folder: the folder `.mlt`.
  /// - Throws: ``JournalError/missing(_:)`` if there is no version, ``JournalError/malformed(_:)`` if it isn't a
  ///   number, ``JournalError/unsupportedVersion(found:supported:)`` if it is larger than ``supported``.
  @discardableResult
  public static func check(in folder: FilePath) throws(JournalError) -> Int64 {
    let path = path(in: folder)
    let contents: [UInt8]?
    do throws(SystemCallError) {
      contents = try FileOperations.contents(of: path, limit: 64)
    } catch {
      if error.errno == .fileTooLarge { throw .malformed(path) }
      throw .system(error)
    }
    guard let contents else { throw .missing(folder) }
    guard contents.last == UInt8(ascii: "\n"), contents.dropLast().allSatisfy({ (0x30...0x39).contains($0) }),
      let text = String(validating: contents.dropLast(), as: UTF8.self), let found = Int64(text), found >= 1
    else { throw .malformed(path) }
    guard found <= supported else { throw .unsupportedVersion(found: found, supported: supported) }
    return found
  }

  /// Writes the version that this code writes, unless one is there already.
  ///
  /// - Parameter folder: the folder `.mlt`, which must exist.
  public static func write(in folder: FilePath) throws(JournalError) {
    let path = path(in: folder)
    try journaling { () throws(SystemCallError) in
      if try FileStatus(at: path) != nil { return }
      try FileOperations.replace(path, with: Array("\(supported)\n".utf8))
    }
  }
}

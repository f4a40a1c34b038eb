internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Looks for a program as `execvp(3)` does.
enum ProgramSearch {
  private static let defaultPath = "/bin:/usr/bin"

  /// Returns why a program can't be executed; nil if it can.
  static func failure(_ program: String, path: String?, directory: FilePath) -> Errno? {
    if program.contains("/") { return check(directory.pushing(FilePath(program))) }
    var failure = Errno.noSuchFileOrDirectory
    for folder in (path ?? defaultPath).split(separator: ":", omittingEmptySubsequences: false) {
      let place = directory.pushing(FilePath(folder.isEmpty ? "." : String(folder)))
      guard let found = check(place.appending(program)) else { return nil }
      // What isn't there doesn't hide what was found elsewhere and can't be executed.
      if found != .noSuchFileOrDirectory { failure = found }
    }
    return failure
  }

  /// Returns the file that a program's name leads to; nil if there is none that can be executed.
  static func place(_ program: String, path: String?, directory: FilePath) -> FilePath? {
    if program.contains("/") {
      let place = directory.pushing(FilePath(program))
      return check(place) == nil ? place : nil
    }
    for folder in (path ?? defaultPath).split(separator: ":", omittingEmptySubsequences: false) {
      let place = directory.pushing(FilePath(folder.isEmpty ? "." : String(folder))).appending(program)
      if check(place) == nil { return place }
    }
    return nil
  }

  private static func check(_ path: FilePath) -> Errno? {
    let status: FileStatus?
    do throws(SystemCallError) {
      status = try FileStatus(at: path, followingLinks: true)
    } catch {
      return error.errno
    }
    guard let status else { return .noSuchFileOrDirectory }
    guard status.kind == .regular else { return .permissionDenied }
    return path.withPlatformString { access($0, X_OK) } == 0 ? nil : Errno(rawValue: errno)
  }
}

internal import CTracing
internal import MLTBase
internal import SystemPackage

/// Programs that get rights by being executed, which following them takes away.
public enum Privileges {
  /// Tells whether a program is set-user-id, set-group-id or has file capabilities that the caller lacks.
  ///
  /// Only a caller who may follow without giving that up (root) can run such a program followed.
  ///
  /// - Parameters:
  ///   - program: its path, or a name without slash to be searched.
  ///   - path: the folders to search, as `PATH` lists them; nil searches `/bin` and `/usr/bin` as `execvp` does.
  public static func needsPrivileges(program: [UInt8], path: String?) -> Bool {
    guard !program.isEmpty, !program.contains(0) else { return false }
    if program.contains(UInt8(ascii: "/")) { return grants(program) }
    for folder in (path ?? "/bin:/usr/bin").utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
      let place = (folder.isEmpty ? [UInt8(ascii: ".")] : Array(folder)) + [UInt8(ascii: "/")] + program
      guard let file = FilePath(bytes: place), let status = try? FileStatus(at: file, followingLinks: true),
        status.kind == .regular, status.permissions & 0o111 != 0
      else { continue }  // what can't be looked at can't be executed either
      return grants(place)
    }
    return false
  }

  private static func grants(_ path: [UInt8]) -> Bool {
    FilePath(bytes: path)?.withPlatformString { mlt_grants_privileges($0) } == 1
  }
}

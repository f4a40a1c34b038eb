internal import GitAccess
internal import Glibc
internal import MLTBase
internal import SystemPackage

extension Workspace {
  /// Says which hooks are installed.
  ///
  /// - Throws: ``WorkspaceError/noRepository(_:)``; what git throws.
  public func hooks() throws -> HookReport {
    let folder = try hooksFolder()
    return HookReport(
      folder: folder.path, setting: folder.setting, isHuskys: try isHuskys(folder.path),
      entries: try Hook.allCases.map { hook in
        let place = HookPlace(hook, in: folder.path)
        return HookReport.Entry(
          hook: hook, state: try place.state(script(for: hook)), kept: try place.hasKept() ? place.kept : nil,
          isChanged: false)
      })
  }

  /// Has git call mlt from its hooks; a hook that is there is kept, and called first.
  ///
  /// - Parameter isForced: whether hooks that other repositories use, too, may be changed.
  /// - Throws: ``WorkspaceError/noRepository(_:)``, ``WorkspaceError/sharedHooks(_:setting:)``,
  ///   ``WorkspaceError/occupied(_:)`` if a hook is to be kept where another one is kept already; what git throws.
  public func installHooks(isForced: Bool = false) throws -> HookReport {
    let folder = try hooksFolder()
    guard folder.isOwn || isForced else {
      throw WorkspaceError.sharedHooks(folder.path, setting: folder.setting ?? "")
    }
    let places = Hook.allCases.map { HookPlace($0, in: folder.path) }
    // Before anything is written: all hooks or none.
    for place in places { try place.checkKeeping() }
    try FileOperations.createFolder(folder.path)
    let changed = try places.map { try $0.install(script(for: $0.hook)) }
    return try report(changed)
  }

  /// Removes mlt's hooks, and puts those back that were there before.
  ///
  /// What isn't mlt's stays.
  ///
  /// - Throws: ``WorkspaceError/noRepository(_:)``; what git throws.
  public func uninstallHooks() throws -> HookReport {
    let folder = try hooksFolder()
    return try report(Hook.allCases.map { try HookPlace($0, in: folder.path).uninstall() })
  }

  private func report(_ changed: [Bool]) throws -> HookReport {
    var report = try hooks()
    for (index, isChanged) in zip(report.entries.indices, changed) { report.entries[index].isChanged = isChanged }
    return report
  }

  private func hooksFolder() throws -> HooksFolder {
    guard let repository else { throw WorkspaceError.noRepository(root) }
    return try repository.hooksFolder()
  }

  private func script(for hook: Hook) -> HookScript { HookScript(hook: hook, program: context.executable) }

  /// Husky has the code that all its hooks read in beside them.
  private func isHuskys(_ folder: FilePath) throws -> Bool {
    try ["h", "husky.sh"].contains { try FileStatus(at: folder.appending($0), followingLinks: true) != nil }
  }
}

/// The place of a hook's script, and of the hook that was there before.
private struct HookPlace {
  let hook: Hook
  let path: FilePath
  let kept: FilePath

  init(_ hook: Hook, in folder: FilePath) {
    self.hook = hook
    path = folder.appending(hook.rawValue)
    kept = folder.appending(hook.rawValue + HookScript.keptSuffix)
  }

  func hasKept() throws -> Bool { try FileStatus(at: kept) != nil }

  func state(_ script: HookScript) throws -> HookReport.State {
    guard let status = try FileStatus(at: path) else { return .absent }
    guard try !isForeign() else { return .foreign }
    return try contents(of: path) == script.bytes && status.isExecutable ? .installed : .outdated
  }

  /// Refuses to keep a hook in place of another one that is kept and differs.
  func checkKeeping() throws {
    guard try isForeign(), try hasKept() else { return }
    guard let (now, before) = try contents(of: path).flatMap({ now in try contents(of: kept).map { (now, $0) } }),
      now == before
    else { throw WorkspaceError.occupied(kept.string) }
  }

  func install(_ script: HookScript) throws -> Bool {
    if try state(script) == .installed { return false }
    let isForeign = try isForeign()
    if isForeign { try FileOperations.rename(path, to: kept) }
    do {
      try FileOperations.replace(path, with: script.bytes, permissions: FilePermissions(rawValue: 0o755))
    } catch {
      if isForeign { try? FileOperations.rename(kept, to: path) }  // the failure that matters is being reported
      throw error
    }
    return true
  }

  func uninstall() throws -> Bool {
    if try isForeign() { return false }
    // Of somebody who took the script away, what they kept comes back, too.
    if try hasKept() {
      try FileOperations.rename(kept, to: path)
      return true
    }
    guard try FileStatus(at: path) != nil else { return false }
    try FileOperations.remove(path)
    return true
  }

  private func isForeign() throws -> Bool {
    guard let status = try FileStatus(at: path) else { return false }
    // A link to a script of mlt's is somebody's, too.
    guard status.kind == .regular else { return true }
    return try contents(of: path).map { !HookScript.isOwn($0) } ?? true
  }

  /// A file's bytes; nil for what is no file, or larger than scripts are.
  private func contents(of path: FilePath) throws -> [UInt8]? {
    guard let status = try FileStatus(at: path, followingLinks: true), status.kind == .regular, status.size < 1 << 20
    else { return nil }
    return try FileOperations.contents(of: path)
  }
}

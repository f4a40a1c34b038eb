internal import Glibc
internal import MLTBase
internal import SystemPackage

extension FolderTransport {
  /// Gives a new file its name if it is free, as ``Transport/put(_:_:)`` says.
  public func put(_ name: RemoteName, _ bytes: [UInt8]) throws(TransportError) -> Bool {
    let root = try openRoot()
    do throws(SystemCallError) {
      let (temporaries, temporary, open) = try makeTemporary(in: root)
      // It has its name by then, or isn't wanted; a later sweep finds what can't be removed.
      defer { unlinkat(temporaries.descriptor.rawValue, temporary, 0) }
      try write(bytes, to: open)
      try open.synchronize()
      var folder = root
      for component in name.components.folders { folder = try makeFolder(component, in: folder) }
      // Facts that are put count on packs that others have put and may not have made durable yet.
      if name.folder == .journal { try makeFolder("packs", in: root).synchronize() }
      guard try give(name, to: temporary, in: temporaries, folder) else { return false }
      try folder.synchronize()
      return true
    } catch {
      throw writing(error, name)
    }
  }

  // A new file and its name in the folder of such; whoever makes it removes it.
  private func makeTemporary(
    in root: FolderDescriptor
  ) throws(SystemCallError) -> (folder: FolderDescriptor, name: String, file: FolderDescriptor) {
    let folder = try makeFolder(Self.temporaryFolder, in: root)
    let name = RemoteToken.random().hex + ".tmp"
    let file = openat(folder.descriptor.rawValue, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o444)
    guard file >= 0 else { throw SystemCallError("create", folder.path.appending(name), Errno(rawValue: errno)) }
    return (folder, name, FolderDescriptor(file, path: folder.path, name))
  }

  private func write(_ bytes: [UInt8], to file: FolderDescriptor) throws(SystemCallError) {
    try attempting("write", file.path) { _ = try file.descriptor.writeAll(bytes) }
  }

  // Whether the name was free.
  private func give(
    _ name: RemoteName, to temporary: String, in temporaries: FolderDescriptor, _ folder: FolderDescriptor
  ) throws(SystemCallError) -> Bool {
    let file = name.components.file
    let (from, to) = (temporaries.descriptor.rawValue, folder.descriptor.rawValue)
    if linkat(from, temporary, to, file, 0) == 0 { return true }
    var code = Errno(rawValue: errno)
    if code == .fileExists { return false }
    // Some file systems have no links. Two that meet between look and renaming put the same: a pack has a name of its own,
    // and a segment's events are what its name says.
    if [.notPermitted, .notSupported, .noFunction, .tooManyLinks, .invalidArgument].contains(code) {
      if faccessat(to, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0 { return false }
      if renameat(from, temporary, to, file) == 0 { return true }
      code = Errno(rawValue: errno)
    }
    throw SystemCallError("put", folder.path.appending(file), code)
  }

  private func makeFolder(_ name: String, in parent: FolderDescriptor) throws(SystemCallError) -> FolderDescriptor {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let known = openat(parent.descriptor.rawValue, name, flags)
    if known >= 0 { return FolderDescriptor(known, path: parent.path, name) }
    guard errno == ENOENT else { throw SystemCallError("open", parent.path.appending(name), Errno(rawValue: errno)) }
    guard mkdirat(parent.descriptor.rawValue, name, 0o777) == 0 || errno == EEXIST else {
      throw SystemCallError("create folder", parent.path.appending(name), Errno(rawValue: errno))
    }
    try parent.synchronize()
    let made = openat(parent.descriptor.rawValue, name, flags)
    guard made >= 0 else { throw SystemCallError("open", parent.path.appending(name), Errno(rawValue: errno)) }
    return FolderDescriptor(made, path: parent.path, name)
  }

  // What isn't there any more while something is being put is the remote itself, unless somebody removes single files.
  private func writing(_ error: SystemCallError, _ name: RemoteName) -> TransportError {
    switch error.errno {
    case .noSuchFileOrDirectory where (try? FileStatus(at: path)) == nil: .noFolder(path)
    case .tooManySymbolicLinkLevels, .notDirectory: .notAFile(name)
    default: TransportError(error)
    }
  }

  /// Deletes a file, as ``Transport/delete(_:)`` says.
  public func delete(_ name: RemoteName) throws(TransportError) {
    var folder = try openRoot()
    let (folders, file) = name.components
    for component in folders {
      guard let next = try openFolder(component, in: folder, for: name) else { throw .missing(name) }
      folder = next
    }
    guard unlinkat(folder.descriptor.rawValue, file, 0) == 0 else {
      throw failure("delete", name, Errno(rawValue: errno))
    }
  }

  /// Returns the storage's present, as ``Transport/present()`` says.
  public func present() throws(TransportError) -> Int64 {
    let root = try openRoot()
    do throws(SystemCallError) {
      let (temporaries, temporary, open) = try makeTemporary(in: root)
      defer { unlinkat(temporaries.descriptor.rawValue, temporary, 0) }
      return try FileStatus(of: open.descriptor, path: nil).modified
    } catch {
      throw writing(error, .format)
    }
  }

  /// Removes what unfinished puts left, as ``Transport/sweep(before:)`` says.
  public func sweep(before time: Int64) throws(TransportError) {
    guard let temporaries = try openFolder(Self.temporaryFolder, in: try openRoot()) else { return }
    do throws(SystemCallError) {
      for name in try temporaries.names(limit: Self.listLimit) {
        guard name.hasSuffix(".tmp"), RemoteToken(hex: name.dropLast(4)) != nil else { continue }
        // It may just have been given its name.
        guard let status = try? FileStatus(of: name, in: temporaries.descriptor),
          status.kind == .regular, status.modified < time
        else { continue }
        guard unlinkat(temporaries.descriptor.rawValue, name, 0) == 0 || errno == ENOENT else {
          throw SystemCallError("remove", temporaries.path.appending(name), Errno(rawValue: errno))
        }
      }
    } catch {
      throw TransportError(error)
    }
  }
}

internal import CLibgit2
internal import MLTBase
internal import SystemPackage

extension OpenRepository {
  /// Blobs from this size on are first compared by size, since reading so many bytes costs more than asking for it.
  private static var sizeWorthAsking: Int64 { 1 << 20 }

  /// Whether a file, once through the filters that git would apply, holds what a blob does.
  func holds(
    _ blob: TreeFile, _ file: FilePath, _ path: [UInt8], _ status: FileStatus, _ settings: ComparisonSettings
  ) throws(GitError) -> Bool {
    if blob.mode == GIT_FILEMODE_LINK.rawValue { return try holdsLink(blob, file, status, settings) }
    guard status.kind == .regular else { return false }
    let repository = handle.pointer
    var id = git_oid()
    let filters = try filters(path)
    if let filters {
      var filtered = git_buf()
      defer { git_buf_dispose(&filtered) }
      let code = GitLibrary.withCString(file.bytes) {
        git_filter_list_apply_to_file(&filtered, filters.pointer, repository, $0)
      }
      try GitLibrary.check(code, "read file", file)
      try GitLibrary.check(git_odb_hash(&id, filtered.ptr, filtered.size, GIT_OBJECT_BLOB), "read file", file)
      return Self.same(id, blob.id)
    }
    if status.size >= Self.sizeWorthAsking, let size = try size(of: blob), size != status.size {
      return try holdsPointer(blob, file, path, status)
    }
    let code = GitLibrary.withCString(file.bytes) { git_odb_hashfile(&id, $0, GIT_OBJECT_BLOB) }
    try GitLibrary.check(code, "read file", file)
    if Self.same(id, blob.id) { return true }
    return try holdsPointer(blob, file, path, status)
  }

  private func holdsLink(
    _ blob: TreeFile, _ file: FilePath, _ status: FileStatus, _ settings: ComparisonSettings
  ) throws(GitError) -> Bool {
    var target: [UInt8]?
    if status.kind == .symbolicLink {
      target = try systemCall { () throws(SystemCallError) in try FileOperations.linkTargetBytes(file) }
    } else if status.kind == .regular, !settings.keepsLinks {
      target = try systemCall { () throws(SystemCallError) in try FileOperations.contents(of: file, limit: 1 << 16) }
    }
    guard let target else { return false }
    var id = git_oid()
    let code = target.withUnsafeBytes { git_odb_hash(&id, $0.baseAddress, $0.count, GIT_OBJECT_BLOB) }
    try GitLibrary.check(code, "read link", file)
    return Self.same(id, blob.id)
  }

  /// What git would do to a file's bytes before committing them; nil if nothing.
  private func filters(_ path: [UInt8]) throws(GitError) -> OwnedPointer? {
    let repository = handle.pointer
    var list: OpaquePointer?
    let code = GitLibrary.withCString(path) {
      git_filter_list_load(&list, repository, nil, $0, GIT_FILTER_TO_ODB, GIT_FILTER_ALLOW_UNSAFE.rawValue)
    }
    try GitLibrary.check(code, "read attributes", FilePath(bytes: path))
    return list.map { OwnedPointer($0, free: git_filter_list_free) }
  }

  /// A blob's size; nil if a partial clone hasn't fetched it.
  private func size(of blob: TreeFile) throws(GitError) -> Int64? {
    var (id, size, kind) = (blob.id, 0, GIT_OBJECT_ANY)
    let code = try git_odb_read_header(&size, &kind, objects().pointer, &id)
    if code == GitLibrary.notFound { return nil }
    try GitLibrary.check(code, "read object")
    return Int64(exactly: size)
  }

  /// Whether the blob is a pointer of git-lfs to what the file holds; libgit2 itself doesn't run outside filters.
  private func holdsPointer(
    _ blob: TreeFile, _ file: FilePath, _ path: [UInt8], _ status: FileStatus
  ) throws(GitError) -> Bool {
    let repository = handle.pointer
    var value: UnsafePointer<CChar>?
    let code = GitLibrary.withCString(path) { git_attr_get(&value, repository, 0, $0, "filter") }
    try GitLibrary.check(code, "read attributes", FilePath(bytes: path))
    guard let value, String(cString: value) == "lfs" else { return false }
    guard let size = try size(of: blob), size <= LFSPointer.sizeLimit else { return false }
    var id = blob.id
    let pointer = try OwnedPointer.making("read object", FilePath(bytes: path), free: git_blob_free) {
      git_blob_lookup(&$0, repository, &id)
    }
    guard let pointer = LFSPointer(Self.bytes(ofBlob: pointer)), pointer.size == status.size else { return false }
    return try systemCall { () throws(SystemCallError) in try ContentHasher.contentID(ofFile: file) } == pointer.content
  }
}

extension ContentHasher {
  /// Returns the name of a file's bytes.
  fileprivate static func contentID(ofFile path: FilePath) throws(SystemCallError) -> ContentID {
    try attempting("read", path) {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
      return try descriptor.closeAfter {
        var hasher = ContentHasher()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
          let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
          if count == 0 { return hasher.finalize() }
          buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
      }
    }
  }
}

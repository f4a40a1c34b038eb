internal import Glibc
internal import MLTBase
package import SystemPackage

/// Runs `body` with a new empty folder and removes the folder afterwards, whatever happens.
///
/// With `MLT_KEEP_TEST_FOLDERS` set in the environment the folder stays, for a look.
package func withTemporaryFolder<Result>(_ body: (FilePath) throws -> Result) throws -> Result {
  let folder = try makeTemporaryFolder()
  defer { dispose(of: folder) }
  return try body(folder)
}

/// Runs `body` with a new empty folder and removes the folder afterwards, whatever happens.
package func withTemporaryFolder<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
  let folder = try makeTemporaryFolder()
  defer { dispose(of: folder) }
  return try await body(folder)
}

/// Runs `body` with a new empty folder in memory, where nothing is waited for that has to reach a disk, and removes the
/// folder afterwards, whatever happens.
///
/// For many small repositories that are computed and asked once. Where memory has no place for files it is a folder as
/// any other.
package func withFolderInMemory<Result>(_ body: (FilePath) throws -> Result) throws -> Result {
  let memory: FilePath = "/dev/shm"
  let isThere = memory.withPlatformString { access($0, W_OK | X_OK) } == 0
  // What is to be kept would fill it.
  let folder = try makeTemporaryFolder(in: isThere && getenv("MLT_KEEP_TEST_FOLDERS") == nil ? memory : nil)
  defer { dispose(of: folder) }
  return try body(folder)
}

private func makeTemporaryFolder(in place: FilePath? = nil) throws -> FilePath {
  let base = place ?? getenv("TMPDIR").map { FilePath(platformString: $0) } ?? "/tmp"
  let folder = base.appending("mlt-test-" + Hex.encode(FileOperations.randomBytes(6)))
  try FileOperations.createFolder(folder)
  return FileOperations.resolved(folder) ?? folder
}

private func dispose(of folder: FilePath) {
  if getenv("MLT_KEEP_TEST_FOLDERS") == nil { removeTree(folder) }
}

/// Removes a folder and all in it, making folders writable where that is what hinders.
package func removeTree(_ path: FilePath) {
  guard let status = try? FileStatus(at: path) else { return }
  if status.kind == .directory {
    _ = path.withPlatformString { chmod($0, 0o700) }
    for name in (try? FileOperations.names(in: path)) ?? [] { removeTree(path.appending(name)) }
    _ = path.withPlatformString { rmdir($0) }
  } else {
    _ = path.withPlatformString { unlink($0) }
  }
}

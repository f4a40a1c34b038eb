import GitAccess
import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// A folder with a repository in `work`, made by the real `git` in a world of its own.
struct GitFixture {
  let folder: FilePath
  var work: FilePath { folder.appending("work") }

  /// Runs `body` with a new repository, with branch `main` and no commit, and removes it afterwards.
  static func with(_ body: (GitFixture) throws -> Void) throws {
    try isolated.get()
    try withTemporaryFolder { folder in
      let fixture = GitFixture(folder: folder)
      try fixture.git("init", "-q", "-b", "main", "work", in: folder)
      try body(fixture)
    }
  }

  /// Runs `body` with a new repository, with branch `main` and no commit, and removes it afterwards.
  static func with(_ body: (GitFixture) async throws -> Void) async throws {
    try isolated.get()
    try await withTemporaryFolder { folder in
      let fixture = GitFixture(folder: folder)
      try fixture.git("init", "-q", "-b", "main", "work", in: folder)
      try await body(fixture)
    }
  }

  /// libgit2 looks for the user's configuration in a folder that doesn't exist, as `git` does here.
  private static let isolated = Result { try GitLibrary.isolateConfiguration(in: "/nonexistent/mlt-test") }

  /// Opens the repository.
  func open(_ folder: FilePath? = nil) throws -> GitRepository {
    try #require(try GitRepository.discover(from: folder ?? work))
  }

  /// Writes a file of the work tree, and the folders it needs.
  func write(_ path: String, _ text: String) throws {
    try write(Array(path.utf8), Array(text.utf8))
  }

  /// Writes a file of the work tree, and the folders it needs.
  func write(_ path: [UInt8], _ bytes: [UInt8]) throws {
    let file = try work.pushing(#require(FilePath(bytes: path)))
    try FileOperations.createFolder(file.removingLastComponent())
    let descriptor = try FileDescriptor.open(
      file, .writeOnly, options: [.create, .truncate], permissions: FilePermissions(rawValue: 0o644))
    try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
  }

  /// Commits all that is in the work tree.
  func commitAll() throws {
    try git("add", "-A")
    try git("commit", "-q", "--allow-empty", "-m", "state")
  }

  /// Makes files look older than the index that is written next, so that it vouches for them.
  func age(_ path: String, seconds: Int = 1_000_000_000) throws {
    let times = [timespec(tv_sec: seconds, tv_nsec: 7), timespec(tv_sec: seconds, tv_nsec: 7)]
    #expect(utimensat(AT_FDCWD, work.appending(path).string, times, AT_SYMLINK_NOFOLLOW) == 0)
  }

  /// Runs git, which must succeed, and returns what it prints.
  @discardableResult
  func git(_ arguments: String..., in place: FilePath? = nil) throws -> [UInt8] {
    let (status, output) = try run(arguments, in: place ?? work)
    try #require(status == 0, "git \(arguments) ended with \(status): \(String(decoding: output, as: UTF8.self))")
    return output
  }

  /// Runs git, and returns its exit status and what it prints.
  func run(
    _ arguments: [String], in place: FilePath, input: FilePath = "/dev/null"
  ) throws -> (status: CInt, output: [UInt8]) {
    let output = folder.appending("output-" + Hex.encode(FileOperations.randomBytes(4)))
    defer { try? FileOperations.remove(output) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input.string, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output.string, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    let environment = [
      "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=\(folder.string)", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
      "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org", "GIT_AUTHOR_DATE=1700000000 +0000",
      "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org", "GIT_COMMITTER_DATE=1700000000 +0000",
      "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=protocol.file.allow", "GIT_CONFIG_VALUE_0=always",
    ]
    var process = pid_t()
    let code = withStrings(["git", "-C", place.string] + arguments) { arguments in
      withStrings(environment) { posix_spawnp(&process, "git", &actions, nil, arguments, $0) }
    }
    try #require(code == 0, "git can't be started: \(code)")
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 { try #require(errno == EINTR) }
    let ended = status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    return (ended, try FileOperations.contents(of: output) ?? [])
  }

  private func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
  }
}

/// A path's bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

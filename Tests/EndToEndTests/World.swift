import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What a program printed and how it ended.
struct Printed {
  var stdout: String
  var stderr: String
  /// The exit status, or 128 + n for a signal.
  var status: Int32
}

/// A git repository in a folder of its own, in which `mlt` and other programs run without anything of the user's:
/// empty environment, own home, UTC, fixed width.
struct World {
  let folder: FilePath
  let home: FilePath
  let repository: FilePath
  private let scratch: FilePath

  /// The project's own folder, found from this file.
  static let project = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

  /// The program, which is built beside the tests.
  static let program = ProgramBesideTests.path("mlt")

  /// Makes the folders and, unless told not to, an initialized repository with one commit.
  init(in folder: FilePath, git: Bool = true, initialized: Bool = true) throws {
    self.folder = folder
    home = folder.appending("home")
    repository = folder.appending("repository")
    scratch = folder.appending("output")
    for path in [home, repository, scratch] { try FileOperations.createFolder(path) }
    if git {
      try shell("git init -q -b main && git commit -q --allow-empty -m start")
    }
    if initialized { try expectSuccess(mlt("init")) }
  }

  /// The environment that programs get.
  var environment: [String: String] {
    [
      "HOME": home.string, "PATH": World.program.removingLastComponent().string + ":" + Self.systemPath, "TZ": "UTC",
      "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada",
      "GIT_AUTHOR_EMAIL": "ada@example.invalid",
      "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.invalid", "PYTHONDONTWRITEBYTECODE": "1",
      "PYTHONHASHSEED": "0", "COLUMNS": "200",
    ]
  }

  private static let systemPath = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"

  /// Runs `mlt` and waits for its end.
  @discardableResult
  func mlt(_ arguments: String..., in place: FilePath? = nil, environment extra: [String: String] = [:]) throws
    -> Printed
  {
    try run([World.program.string] + arguments, in: place, environment: extra)
  }

  /// Runs a shell script and waits for its end.
  @discardableResult
  func shell(_ script: String, in place: FilePath? = nil, environment extra: [String: String] = [:]) throws -> Printed {
    try run(["/bin/sh", "-c", script], in: place, environment: extra)
  }

  /// Runs a program and waits for its end.
  func run(_ arguments: [String], in place: FilePath? = nil, environment extra: [String: String] = [:]) throws
    -> Printed
  {
    let running = try start(arguments, in: place, environment: extra)
    return try running.wait()
  }

  /// A program that has been started.
  struct Running {
    let process: pid_t
    let stdout: FilePath
    let stderr: FilePath

    /// Waits for its end.
    func wait() throws -> Printed {
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      let signal = status & 0x7F
      return Printed(
        stdout: try text(stdout), stderr: try text(stderr),
        status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
    }

    private func text(_ path: FilePath) throws -> String {
      String(decoding: try FileOperations.contents(of: path) ?? [], as: UTF8.self)
    }
  }

  /// Starts a program in a process group of its own, with stdin empty.
  func start(
    _ arguments: [String], in place: FilePath? = nil, environment extra: [String: String] = [:]
  ) throws -> Running {
    let name = Hex.encode(FileOperations.randomBytes(8))
    let stdout = scratch.appending(name + ".out")
    let stderr = scratch.appending(name + ".err")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, stdout.string, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, stderr.string, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals as a login shell hands them on. The threads that run tests have some blocked, which a program must not
    // inherit: a shell's `wait` would hang.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // posix_spawn can't change the folder on all systems; env can, and replaces itself by the program.
    let changing = ["/usr/bin/env", "-C", (place ?? repository).string]
    var argv: [UnsafeMutablePointer<CChar>?] = (changing + arguments).map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] =
      environment.merging(extra) { $1 }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, changing[0], &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw SystemCallError("run", FilePath(arguments[0]), Errno(rawValue: code)) }
    return Running(process: process, stdout: stdout, stderr: stderr)
  }

  /// Writes a file in the repository, with the folders above it.
  func write(_ path: String, _ text: String) throws {
    let file = repository.pushing(FilePath(path))
    try FileOperations.createFolder(file.removingLastComponent())
    try FileOperations.replace(file, with: Array(text.utf8), sync: false)
  }

  /// Reads a file in the repository; nil if there is none.
  func read(_ path: String) throws -> String? {
    try FileOperations.contents(of: repository.pushing(FilePath(path))).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Runs `mlt` with `--json` and reads what it prints.
  func json(in place: FilePath? = nil, _ arguments: String...) throws -> JSON {
    let printed = try run([World.program.string] + arguments + ["--json"], in: place)
    try expectSuccess(printed)
    return try JSON(parsing: printed.stdout)
  }
}

/// Runs `body` in a new world and removes it afterwards.
func withWorld(git: Bool = true, initialized: Bool = true, _ body: (World) throws -> Void) throws {
  try withTemporaryFolder { folder in
    try body(try World(in: folder, git: git, initialized: initialized))
  }
}

/// Fails the test, with what was printed, unless a program ended with status 0.
func expectSuccess(_ printed: Printed, _ location: SourceLocation = #_sourceLocation) throws {
  try #require(printed.status == 0, "\(printed.stderr)\(printed.stdout)", sourceLocation: location)
}

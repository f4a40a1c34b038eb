import FileTracing
import Glibc
import MLTBase
import SystemPackage

/// An observer that keeps what it is told, and looks at a file's bytes at each barrier.
final class Recorder: AccessObserver {
  var pid: Int32?
  var events: [AccessEvent] = []
  var barriers: [(barrier: Barrier, content: [UInt8]?)] = []

  func started(pid: Int32) { self.pid = pid }

  func observe(_ event: AccessEvent) { events.append(event) }

  func beforeChange(_ barrier: Barrier) -> ContentID? {
    let content = FilePath(bytes: barrier.path).flatMap { try? FileOperations.contents(of: $0) }
    barriers.append((barrier, barrier.isSymbolicLink ? nil : content))
    return content.map { ContentHasher.contentID(of: $0) }
  }

  var kinds: [AccessEvent.Kind] { events.map(\.kind) }

  func place(of kind: AccessEvent.Kind) -> Int? { kinds.firstIndex(of: kind) }

  func writes(_ path: FilePath) -> [AccessEvent.WriteFlags] {
    kinds.compactMap { if case .write(path.bytes, let flags) = $0 { flags } else { nil } }
  }

  func didRead(_ path: FilePath) -> Bool { kinds.contains(.read(path.bytes)) }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Runs a shell script in a folder, followed.
@discardableResult
func runShell(
  _ script: String, in folder: FilePath, _ recorder: Recorder = Recorder(),
  _ change: (inout CommandRequest) -> Void = { _ in }
) throws -> CommandResult {
  try runProgram(["/bin/sh", "-c", "cd '\(folder.string)' || exit 99\n" + script], in: folder, recorder, change)
}

/// Runs a program, followed; its spool is in a folder.
@discardableResult
func runProgram(
  _ arguments: [String], in folder: FilePath, _ recorder: Recorder = Recorder(),
  _ change: (inout CommandRequest) -> Void = { _ in }
) throws -> CommandResult {
  let name = Hex.encode(FileOperations.randomBytes(8))
  var request = CommandRequest(
    arguments: arguments.map(bytes), environment: ["PATH=/usr/bin:/bin", "LC_ALL=C"].map(bytes),
    spool: folder.appending("spool-" + name), scopeName: "mlt-test-" + name)
  change(&request)
  var session = try CommandSession(request)
  let result = try session.run(recorder)
  session.finish()
  return result
}

/// Makes a file.
func write(_ text: String, to path: FilePath) throws {
  try FileOperations.replace(path, with: bytes(text), sync: false)
}

/// Builds a C program with the system's compiler.
func buildC(_ source: String, in folder: FilePath, flags: [String] = []) throws -> String {
  let file = folder.appending("program.c")
  let program = folder.appending("program-" + Hex.encode(FileOperations.randomBytes(4)))
  try write("#define _GNU_SOURCE\n" + source, to: file)
  let status = try spawn(["cc", "-w", "-o", program.string] + flags + [file.string, "-lpthread"]).wait()
  try requireSuccess(status, "cc")
  return program.string
}

struct HelperFailure: Error {
  var what: String
  var status: Int32
}

func requireSuccess(_ status: Int32, _ what: String) throws {
  if status != 0 { throw HelperFailure(what: what, status: status) }
}

/// A process that a test has started by itself.
struct ChildProcess {
  let pid: pid_t

  /// Waits for its end and returns the status as `wait(2)` gives it.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status
  }

  /// Waits until it is stopped.
  func waitUntilStopped() -> Bool {
    var status: Int32 = 0
    while waitpid(pid, &status, WUNTRACED) < 0, errno == EINTR {}
    return status & 0xFF == 0x7F
  }
}

/// Starts a program in a process group of its own, without touching this one's signals.
func spawn(_ arguments: [String], environment: [String] = ["PATH=/usr/bin:/bin", "LC_ALL=C"]) throws -> ChildProcess {
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  posix_spawnattr_setpgroup(&attributes, 0)
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
  let argumentList = arguments.map { strdup($0) } + [nil]
  let environmentList = environment.map { strdup($0) } + [nil]
  defer { for string in argumentList + environmentList { free(string) } }
  var pid: pid_t = 0
  let error = posix_spawnp(&pid, arguments[0], nil, &attributes, argumentList, environmentList)
  guard error == 0 else { throw HelperFailure(what: arguments[0], status: error) }
  return ChildProcess(pid: pid)
}

/// Whether a program can be found.
func isInstalled(_ program: String) -> Bool {
  ["/usr/bin/", "/bin/", "/usr/sbin/"].contains { access($0 + program, X_OK) == 0 }
}

/// Reads a named pipe to its end: waits for whoever writes it.
func readPipe(_ path: FilePath) throws -> String {
  String(decoding: try FileOperations.contents(of: path) ?? [], as: UTF8.self)
}

func makePipe(_ path: FilePath) throws {
  try requireSuccess(path.withPlatformString { mkfifo($0, 0o600) }, "mkfifo")
}

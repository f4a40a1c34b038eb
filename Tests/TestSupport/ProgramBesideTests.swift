internal import Glibc
internal import MLTBase
package import SystemPackage

/// A program of this package, which is built beside the tests.
package enum ProgramBesideTests {
  /// Returns the program's file.
  package static func path(_ name: String) -> FilePath {
    let tests = (try? FileOperations.linkTarget("/proc/self/exe")) ?? ""
    let beside = tests.removingLastComponent().appending(name)
    if access(beside.string, X_OK) == 0 { return beside }
    // Where the tests are run by a helper program of the toolchain, the bundle is what it was called with.
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? ""
    return FilePath(bundle).removingLastComponent().appending(name)
  }

  /// Runs the program to its end, with no signal blocked, and returns its status as `wait(2)` gives it.
  package static func run(_ name: String, _ arguments: [String]) throws -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv: [UnsafeMutablePointer<CChar>?] = ([path(name).string] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, path(name).string, nil, &attributes, &argv, environ)
    guard code == 0 else { throw SystemCallError("run", path(name), Errno(rawValue: code)) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
  }
}

import Glibc
import Journaling
import MLTBase
import ObjectStorage
import Remotes
import SystemPackage
import TestSupport
import Testing

@Suite("A process that shares")
struct KillTests {
  /// Starts the helper, kills it after so many steps that it told of, and returns whether it came to its end before.
  private func run(_ arguments: [String], killedAfter steps: Int) throws -> Bool {
    var pipes: [CInt] = [-1, -1]
    try #require(pipe(&pipes) == 0)
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    let program = ProgramBesideTests.path("remote-sharer").string
    var list: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in list { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, program, &actions, nil, &list, environ)
    close(pipes[1])
    defer { close(pipes[0]) }
    try #require(code == 0)
    let output = FileDescriptor(rawValue: pipes[0])
    var lines = 0
    var buffer = [UInt8](repeating: 0, count: 1)
    // One byte at a time, so that nothing is read beyond the step that counts.
    while lines < steps {
      let count = try buffer.withUnsafeMutableBytes { try output.read(into: $0) }
      if count == 0 { break }
      if buffer[0] == UInt8(ascii: "\n") { lines += 1 }
    }
    let isDone = lines < steps
    if !isDone { kill(process, SIGKILL) }
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return isDone
  }

  @Test("can be killed while it pushes or pulls: the remote and the clone stay sound, and a repeat finishes")
  func kills() throws {
    try withTemporaryFolder { folder in
      let shared = try makeRemote(in: folder)
      let source = try Clone(folder.appending("source"))
      for number in 0..<6 { try source.record(randomBytes(100_000 * number, seed: UInt64(number))) }
      for kind in ["push", "pull"] {
        var step = 1
        while true {
          let clone = kind == "push" ? source : try Clone(folder.appending("clone\(step)"))
          if kind == "push" { try source.record(randomBytes(300_000, seed: UInt64(100 + step))) }
          let isDone = try run([kind, clone.folder.string, shared.path.string], killedAfter: step)
          let check = try Clone(folder.appending("check\(kind)\(step)"))
          #expect(try check.pull(shared).1.isComplete)
          #expect(try clone.journal.verify().isEmpty)
          try clone.push(shared)
          try clone.pull(shared)
          #expect(try clone.notes() == source.notes())
          for id in try clone.namedFiles() { #expect(try clone.store.containsFile(id)) }
          if isDone { break }
          step += 1
        }
        #expect(step > 2)
      }
      // Nothing but what was being put.
      #expect(try files(shared.path.appending("tmp")).count <= 20)
      try shared.sweep(before: .max)
      #expect(try files(shared.path.appending("tmp")).isEmpty)
    }
  }

  @Test("serves a remote to another through its standard input and output")
  func serving() throws {
    try withTemporaryFolder { folder in
      let shared = try makeRemote(in: folder)
      let (a, b) = (try Clone(folder.appending("a")), try Clone(folder.appending("b")))
      let id = try a.record(randomBytes(3 << 20, seed: 1))
      let program = ProgramBesideTests.path("remote-sharer").string
      let connection = try ProgramConnection([program, "serve", shared.path.string], environment: [])
      try a.push(connection.transport)
      try b.pull(connection.transport)
      #expect(try b.bytes(id) == a.bytes(id))
      connection.end()
      #expect(throws: TransportError.connectionLost) { _ = try connection.transport.present() }
    }
  }
}

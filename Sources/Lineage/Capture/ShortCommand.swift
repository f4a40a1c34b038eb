internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Runs a small program for what it prints, as `python --version`.
enum ShortCommand {
  /// Returns what the program prints to stdout or stderr, up to a page of it; nil if it can't be run.
  ///
  /// It is ended when it has said that much, or nothing for two seconds.
  ///
  /// The program gets no stdin and an empty environment.
  static func output(of command: [String]) -> String? {
    var pipes: [Int32] = [-1, -1]
    guard let program = command.first, pipe(&pipes) == 0 else { return nil }
    let reading = FileDescriptor(rawValue: pipes[0])
    let writing = FileDescriptor(rawValue: pipes[1])

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, writing.rawValue, 1)
    posix_spawn_file_actions_adddup2(&actions, writing.rawValue, 2)
    for descriptor in pipes { posix_spawn_file_actions_addclose(&actions, descriptor) }

    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var child: pid_t = 0
    let result = posix_spawn(&child, program, &actions, nil, &arguments, &environment)
    try? writing.close()  // the child's copy is what gets written to
    guard result == 0 else { return nil }

    let bytes = read(reading)
    try? reading.close()  // only read from; a program with more to say gets told so
    // One that has said what was asked, or nothing for so long, isn't waited for.
    kill(child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How long a program may keep silent, in milliseconds.
  private static let patience: Int32 = 2000

  private static func read(_ descriptor: FileDescriptor) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count < buffer.count {
      var wanted = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
      let ready = poll(&wanted, 1, patience)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0, let count = try? buffer.withUnsafeMutableBytes({ try descriptor.read(into: $0) }), count > 0
      else { break }
      bytes += buffer[..<count]
    }
    return bytes
  }
}

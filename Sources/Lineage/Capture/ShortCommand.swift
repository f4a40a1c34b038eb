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
    guard pipe(&pipes) == 0 else { return nil }
    for descriptor in pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    let reading = FileDescriptor(rawValue: pipes[0])
    let writing = FileDescriptor(rawValue: pipes[1])
    var program = ChildProgram(command, environment: [])
    program.input = .reading("/dev/null")
    program.output = .descriptor(writing)
    program.error = .descriptor(writing)
    let child = try? program.start()
    try? writing.close()  // the child's copy is what gets written to
    guard let child else {
      try? reading.close()
      return nil
    }

    let bytes = read(reading)
    try? reading.close()  // only read from; a program with more to say gets told so
    // One that has said what was asked, or nothing for so long, isn't waited for.
    kill(child, SIGKILL)
    _ = try? program.wait(for: child)
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

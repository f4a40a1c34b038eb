import Glibc
import MLTBase
import SystemPackage
import Testing

/// A named pipe on which a program and a test wait for each other.
///
/// The program writes a line to it (`echo > GATE`) or waits for one (`read x < GATE`).
final class Gate {
  let path: FilePath
  private let descriptor: FileDescriptor

  /// How long a fact is waited for before the test fails, in milliseconds.
  private static let patience: Int32 = 120_000

  init(_ name: String, in world: World) throws {
    path = world.folder.appending(name)
    guard mkfifo(path.string, 0o600) == 0 else { throw SystemCallError("make pipe", path, Errno(rawValue: errno)) }
    // Open for both, so that neither side waits for the other to open it.
    descriptor = try FileDescriptor.open(path, .readWrite, options: [.closeOnExec])
  }

  deinit { try? descriptor.close() }

  /// Lets the program go on.
  func open() throws {
    _ = try descriptor.writeAll(Array("\n".utf8))
  }

  /// Waits for the program's line.
  func wait(_ location: SourceLocation = #_sourceLocation) throws {
    var poll = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    try #require(Glibc.poll(&poll, 1, Self.patience) == 1, "nobody came to '\(path)'", sourceLocation: location)
    var byte: UInt8 = 0
    while byte != UInt8(ascii: "\n") {
      guard try withUnsafeMutableBytes(of: &byte, { try descriptor.read(into: $0) }) == 1 else { break }
    }
  }
}

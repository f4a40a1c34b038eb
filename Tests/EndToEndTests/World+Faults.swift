import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// A fact that a test waited for didn't come about.
struct NeverHappened: Error {
  let fact: String
}

extension World {
  /// The folder of journal, store and index.
  var dataFolder: FilePath { repository.appending(".mlt") }

  /// The files of a kind in `.mlt`, sorted.
  func dataFiles(in folder: String, suffix: String) throws -> [FilePath] {
    let place = dataFolder.pushing(FilePath(folder))
    var found: [FilePath] = []
    for name in try FileOperations.names(in: place) {
      let path = place.appending(name)
      if try FileStatus(at: path)?.kind == .directory {
        found += try dataFiles(in: folder + "/" + name.string, suffix: suffix)
      } else if name.string.hasSuffix(suffix) {
        found.append(path)
      }
    }
    return found.sorted { $0.string < $1.string }
  }

  /// Makes a named pipe in the repository that mlt doesn't look at.
  func makePipe(_ name: String) throws {
    try #require(mkfifo(repository.appending(name).string, 0o600) == 0)
  }

  /// Waits until somebody has written a line into a named pipe; fails if nobody does within a minute.
  func awaitLine(inPipe name: String) throws {
    let pipe = try FileDescriptor.open(repository.appending(name), .readOnly, options: .nonBlocking)
    defer { try? pipe.close() }
    var request = pollfd(fd: pipe.rawValue, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, 60_000) == 1 else { throw NeverHappened(fact: "a line in '\(name)'") }
  }

  /// Waits until a fact is so; fails if it isn't within a minute.
  func await(_ name: String, _ fact: () throws -> Bool) throws {
    for _ in 0..<30_000 {
      if try fact() { return }
      usleep(2000)
    }
    throw NeverHappened(fact: name)
  }

  /// The runs that `mlt log` lists, the newest first.
  func runs() throws -> [JSON] {
    try #require(try json("log", "-n", "100000")["runs"]?.array)
  }

  /// Everything in `.mlt` as bytes, with compressed journals unpacked.
  func recordedBytes() throws -> [UInt8] {
    let printed = scratchFile("recorded")
    try expectSuccess(
      shell(
        "find .mlt -type f -name '*.gz' -exec zcat {} + > '\(printed.string)'; find .mlt -type f -exec cat {} + >> '\(printed.string)'"
      ))
    return try FileOperations.contents(of: printed) ?? []
  }

  /// A path beside the repository that nothing else uses.
  func scratchFile(_ name: String) -> FilePath {
    folder.appending(name + "-" + Hex.encode(FileOperations.randomBytes(4)))
  }
}

/// Whether these tests run as root, so that they can become somebody else and mount file systems.
let isRoot = geteuid() == 0

/// Changes a file in the way of a failing disk.
func damage(_ file: FilePath, _ change: (inout [UInt8]) throws -> Void) throws {
  var bytes = try #require(try FileOperations.contents(of: file))
  try change(&bytes)
  _ = file.withPlatformString { chmod($0, 0o600) }
  let descriptor = try FileDescriptor.open(file, .writeOnly, options: .truncate)
  _ = try descriptor.closeAfter { try descriptor.writeAll(bytes) }
}

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

  /// Runs `body` with a small file system of its own at a folder of the repository.
  func withSmallDisk(at place: String, size: String, _ body: () throws -> Void) throws {
    let folder = repository.pushing(FilePath(place))
    try FileOperations.createFolder(folder)
    guard mount("tmpfs", folder.string, "tmpfs", 0, "size=\(size)") == 0 else {
      throw SystemCallError("mount", folder, Errno(rawValue: errno))
    }
    defer { umount2(folder.string, Int32(MNT_DETACH)) }
    try body()
  }

  /// Leaves so much room on the file system of a folder, at most.
  func fillDisk(_ place: String, leaving room: Int) throws {
    try shell("cat /dev/zero > '\(place)/ballast'; truncate -s -\(room) '\(place)/ballast'")
  }

  /// Runs `mlt` with something done to its system calls, as `strace` has it: `read:error=EIO:when=2`.
  ///
  /// - Parameter path: the file whose system calls are meant, in the repository; all if nil.
  func mlt(_ arguments: [String], injecting fault: String, at path: String? = nil) throws -> Printed {
    let only = path.map { ["-P", repository.pushing(FilePath($0)).string] } ?? []
    let trace = scratchFile("trace").string
    return try run(["strace", "-f", "-o", trace] + only + ["-e", "inject=" + fault, World.program.string] + arguments)
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

/// Runs `body` in a new world whose `.mlt` is on a file system of 1500 KiB.
func withSmallStore(_ body: (World) throws -> Void) throws {
  try withWorld { world in
    try expectSuccess(world.shell("mv .mlt ../fresh"))
    try world.withSmallDisk(at: ".mlt", size: "1500k") {
      try expectSuccess(world.shell("cp -a ../fresh/. .mlt"))
      try body(world)
    }
  }
}

/// Whether these tests run as root.
let isRoot = geteuid() == 0

/// Whether file systems can be mounted here: root in a container may not be allowed to.
let canMount =
  (try? withTemporaryFolder { folder in
    mount("tmpfs", folder.string, "tmpfs", 0, "size=64k") == 0 && umount2(folder.string, 0) == 0
  }) ?? false

/// Whether `mlt` can be run by somebody whom permissions hold back: not where only root can get at the build folder.
let canBeNobody =
  !isRoot
  || (try? withTemporaryFolder { folder in
    let world = try World(in: folder, git: false, initialized: false)
    return try world.shell("chmod 755 .. && \(asNobody) mlt --version").status == 0
  }) ?? false

/// Put before a command it makes somebody run it whom permissions hold back.
let asNobody = isRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""

/// Whether a program's system calls can be made to fail, and signals be sent at them.
let canInject =
  (try? withTemporaryFolder { folder in
    let world = try World(in: folder, git: false, initialized: false)
    return try world.shell("strace -f -o ../trace -e inject=pwrite64:signal=INT:when=9 true").status == 0
  }) ?? false

/// Changes a file in the way of a failing disk.
func damage(_ file: FilePath, _ change: (inout [UInt8]) throws -> Void) throws {
  var bytes = try #require(try FileOperations.contents(of: file))
  try change(&bytes)
  _ = file.withPlatformString { chmod($0, 0o600) }
  let descriptor = try FileDescriptor.open(file, .writeOnly, options: .truncate)
  _ = try descriptor.closeAfter { try descriptor.writeAll(bytes) }
}

import Glibc
import Journaling
import MLTBase
import Remotes
import Synchronization
import SystemPackage
import TestSupport
import Testing

private func pack(_ number: UInt8) -> RemoteName {
  .pack(ContentHasher.contentID(of: [number]))
}

private let writer = WriterID(hex: "0123456789abcdef0123456789abcdef") ?? .random()

/// What every transport must do.
@Suite("Every transport")
struct TransportTests {
  private func with(_ reach: Reach, _ body: (any Transport, FilePath) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try withTransport(reach, folder) { try body($0, folder) }
    }
  }

  @Test("lists what was put, by folder, with its size", arguments: Reach.allCases)
  func listing(reach: Reach) throws {
    try with(reach) { transport, _ throws in
      for folder in RemoteFolder.allCases { #expect(try transport.list(folder).isEmpty) }
      let segment = RemoteName.segment(writer, first: 1, last: 12)
      let list = RemoteName.retired(.random())
      #expect(try transport.put(.format, [1]))
      #expect(try transport.put(pack(1), [1, 2, 3]))
      #expect(try transport.put(segment, [4, 5]))
      #expect(try transport.put(list, []))
      #expect(try transport.list(.packs).map(\.name) == [pack(1)])
      #expect(try transport.list(.packs).map(\.size) == [3])
      #expect(try transport.list(.journal).map(\.name) == [segment])
      #expect(try transport.list(.retired).map(\.name) == [list])
    }
  }

  @Test("puts a file only where there is none", arguments: Reach.allCases)
  func putIfAbsent(reach: Reach) throws {
    try with(reach) { transport, folder throws in
      #expect(try transport.put(pack(1), [1]))
      #expect(try !transport.put(pack(1), [2]))
      #expect(try transport.bytes(pack(1), 0, 1) == [1])
      #expect(try files(folder.appending("tmp")).isEmpty)
    }
  }

  @Test("lets one of many have a name", arguments: Reach.allCases)
  func race(reach: Reach) throws {
    try withTemporaryFolder { folder in
      let won = Mutex(0)
      try concurrently(8) { number in
        try withTransport(reach, folder) { transport in
          for name in UInt8(0)..<20 where try transport.put(pack(name), [UInt8(number)]) {
            won.withLock { $0 += 1 }
          }
        }
      }
      #expect(won.withLock { $0 } == 20)
    }
  }

  @Test("carries files of any size, and ranges of them", arguments: Reach.allCases)
  func ranges(reach: Reach) throws {
    try with(reach) { transport, _ throws in
      let bytes = randomBytes(5 << 20, seed: 1)
      #expect(try transport.put(pack(1), bytes))
      #expect(try transport.put(pack(2), []))
      #expect(try transport.bytes(pack(1), 0, bytes.count) == bytes)
      #expect(try transport.bytes(pack(1), 1 << 20, 17) == Array(bytes[(1 << 20)..<(1 << 20) + 17]))
      #expect(try transport.bytes(pack(1), Int64(bytes.count), 0) == [])
      #expect(try transport.bytes(pack(2), 0, 0) == [])
    }
  }

  @Test("answers many reads in their order", arguments: Reach.allCases)
  func manyReads(reach: Reach) throws {
    try with(reach) { transport, _ throws in
      let bytes = randomBytes(300_000, seed: 2)
      #expect(try transport.put(pack(1), bytes))
      let requests = (0..<200).map { ReadRequest(pack(1), offset: Int64($0) * 1000, count: 100_000) }
      var next = 0
      try transport.read(requests) { number, read in
        #expect(number == next)
        #expect(read == Array(bytes[number * 1000..<number * 1000 + 100_000]))
        next += 1
        return next < 150
      }
      #expect(next == 150)
      // The rest that was on its way disturbs nothing.
      #expect(try transport.bytes(pack(1), 5, 2) == Array(bytes[5..<7]))
    }
  }

  @Test("says that a file isn't there, or ends too early, and goes on", arguments: Reach.allCases)
  func missing(reach: Reach) throws {
    try with(reach) { transport, _ throws in
      #expect(throws: TransportError.missing(pack(1))) { try transport.bytes(pack(1), 0, 1) }
      #expect(throws: TransportError.missing(pack(1))) { try transport.delete(pack(1)) }
      #expect(try transport.put(pack(1), [1, 2, 3]))
      #expect(throws: TransportError.truncated(pack(1))) { try transport.bytes(pack(1), 2, 2) }
      #expect(throws: TransportError.truncated(pack(1))) { try transport.bytes(pack(1), 1 << 40, 1) }
      let requests = [pack(1), pack(2), pack(1)].map { ReadRequest($0, offset: 0, count: 1) }
      var read: [Int] = []
      #expect(throws: TransportError.missing(pack(2))) {
        try transport.read(requests) { number, _ in
          read.append(number)
          return true
        }
      }
      #expect(read == [0])
      #expect(try transport.bytes(pack(1), 0, 3) == [1, 2, 3])
    }
  }

  @Test("deletes", arguments: Reach.allCases)
  func deleting(reach: Reach) throws {
    try with(reach) { transport, _ throws in
      #expect(try transport.put(pack(1), [1]))
      try transport.delete(pack(1))
      #expect(try transport.list(.packs).isEmpty)
      #expect(try transport.put(pack(1), [2]))
    }
  }

  @Test("says that the remote's folder is gone", arguments: Reach.allCases)
  func removedFolder(reach: Reach) throws {
    try with(reach) { transport, folder throws in
      #expect(try transport.put(pack(1), [1]))
      removeTree(folder)
      #expect(throws: TransportError.noFolder(folder)) { try transport.list(.packs) }
      #expect(throws: TransportError.noFolder(folder)) { try transport.bytes(pack(1), 0, 1) }
      #expect(throws: TransportError.noFolder(folder)) { try transport.put(pack(2), [1]) }
    }
  }

  @Test("passes over files that aren't a remote's, and what isn't a file", arguments: Reach.allCases)
  func strangers(reach: Reach) throws {
    try with(reach) { transport, folder throws in
      #expect(try transport.put(pack(1), [1]))
      let packs = folder.appending("packs")
      try FileOperations.replace(packs.appending("Thumbs.db"), with: [1])
      try FileOperations.createFolder(packs.appending(String(repeating: "a", count: 64) + ".pack"))
      #expect(symlink("/etc/passwd", packs.appending(String(repeating: "b", count: 64) + ".pack").string) == 0)
      #expect(try transport.list(.packs).map(\.name) == [pack(1)])
    }
  }

  @Test("follows no symbolic link", arguments: Reach.allCases)
  func links(reach: Reach) throws {
    try withTemporaryFolder { outside in
      try with(reach) { transport, folder throws in
        try FileOperations.replace(outside.appending("secret"), with: [7])
        #expect(symlink(outside.string, folder.appending("packs").string) == 0)
        #expect(throws: TransportError.notAFile(pack(1))) { try transport.put(pack(1), [1]) }
        #expect(throws: TransportError.notAFile(pack(1))) { try transport.bytes(pack(1), 0, 1) }
        #expect(throws: TransportError.notAFile(pack(1))) { try transport.delete(pack(1)) }
        #expect(symlink(outside.appending("secret").string, folder.appending("format").string) == 0)
        #expect(throws: TransportError.notAFile(.format)) { try transport.bytes(.format, 0, 1) }
        #expect(try files(outside) == [outside.appending("secret")])
      }
    }
  }

  @Test("tells the time by the clock that listings have", arguments: Reach.allCases)
  func time(reach: Reach) throws {
    try with(reach) { transport, _ throws in
      let before = try transport.present()
      #expect(try transport.put(pack(1), [1]))
      let modified = try #require(try transport.list(.packs).first).modified
      #expect(before <= modified)
      #expect(try modified <= transport.present())
    }
  }

  @Test("sweeps what killed puts have left, and nothing else", arguments: Reach.allCases)
  func sweeping(reach: Reach) throws {
    try with(reach) { transport, folder throws in
      #expect(try transport.put(pack(1), [1]))
      let left = folder.appending("tmp").appending(String(repeating: "c", count: 32) + ".tmp")
      let other = folder.appending("tmp").appending("notes.txt")
      for path in [left, other] { try FileOperations.replace(path, with: [1]) }
      try transport.sweep(before: 0)
      #expect(try files(folder.appending("tmp")) == [left, other])
      try transport.sweep(before: .max)
      #expect(try files(folder.appending("tmp")) == [other])
      #expect(try transport.list(.packs).count == 1)
    }
  }
}

@Suite("Stream transport")
struct StreamTransportTests {
  private struct Failing: Transport {
    let error: TransportError
    func list(_ folder: RemoteFolder) throws(TransportError) -> [RemoteEntry] { throw error }
    func read(_ requests: [ReadRequest], _ body: (Int, [UInt8]) -> Bool) throws(TransportError) { throw error }
    func put(_ name: RemoteName, _ bytes: [UInt8]) throws(TransportError) -> Bool { throw error }
    func delete(_ name: RemoteName) throws(TransportError) { throw error }
    func present() throws(TransportError) -> Int64 { throw error }
    func sweep(before time: Int64) throws(TransportError) { throw error }
  }

  @Test(
    "hands on why a call failed, and is of use afterwards",
    arguments: [
      TransportError.full(SystemCallError("write", "/share/x", .noSpace)),
      .readOnly(SystemCallError("create", "/share/x", .readOnlyFileSystem)),
      .denied(SystemCallError("open", "/share", .permissionDenied)),
      .system(SystemCallError("read", nil, .ioError)), .noFolder("/share"),
    ])
  func failures(error: TransportError) throws {
    try withStream(to: Failing(error: error)) { transport throws in
      for _ in 0..<2 {
        #expect(throws: error) { try transport.put(pack(1), randomBytes(3 << 20, seed: 1)) }
        #expect(throws: error) { try transport.list(.packs) }
        #expect(throws: error) { try transport.read([ReadRequest(pack(1), offset: 0, count: 1)]) { _, _ in true } }
        #expect(throws: error) { try transport.delete(pack(1)) }
        #expect(throws: error) { _ = try transport.present() }
        #expect(throws: error) { try transport.sweep(before: 0) }
      }
    }
  }

  // What a client gets that a program answers which isn't ours.
  private func talk(_ answer: [UInt8], _ body: (StreamTransport) throws -> Void) throws {
    var ends: [CInt] = [-1, -1]
    try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
    let (near, far) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    defer { try? near.close() }
    _ = try far.writeAll(answer)
    shutdown(far.rawValue, CInt(SHUT_WR))
    defer { try? far.close() }
    try body(try StreamTransport(input: near, output: near))
  }

  private static let hello = Array("mltwire\n".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]

  @Test("refuses what isn't a server, a newer one, and one that ends")
  func handshake() throws {
    #expect(throws: TransportError.notAServer(Array("Welcome to host!".utf8))) {
      try talk(Array("Welcome to host! You have mail".utf8)) { _ in }
    }
    #expect(throws: TransportError.otherProtocol(version: 9)) {
      try talk(Array("mltwire\n".utf8) + [9, 0, 0, 0, 0, 0, 0, 0]) { _ in }
    }
    #expect(throws: TransportError.connectionLost) { try talk(Array("mlt".utf8)) { _ in } }
    try talk(Self.hello) { transport throws in
      for _ in 0..<2 {
        #expect(throws: TransportError.connectionLost) { try transport.list(.packs) }
      }
    }
  }

  @Test(
    "refuses answers that break the protocol",
    arguments: [
      ([255, 255, 255, 255], WireFault.frameLength(.max)),
      ([0, 0, 0, 0], .frameLength(0)),
      ([1, 0, 0, 0, 77], .unexpected(kind: 77)),
      ([1, 0, 0, 0, 3], .unexpected(kind: 3)),
      ([2, 0, 0, 0, 18, 1], .unexpected(kind: 18)),
      ([2, 0, 0, 0, 17, 200], .malformed(kind: 17)),
      ([2, 0, 0, 0, 19, 1], .malformed(kind: 19)),
    ] as [([UInt8], WireFault)])
  func violations(frame: [UInt8], fault: WireFault) throws {
    try talk(Self.hello + frame) { transport throws in
      #expect(throws: TransportError.violation(fault)) { try transport.list(.packs) }
    }
  }

  @Test("takes no name that leads out of the remote", arguments: ["packs/../../etc/passwd", "/etc/passwd", "format/x"])
  func names(name: String) throws {
    let text = Array(name.utf8)
    let entry = [UInt8(text.count)] + text + [UInt8](repeating: 0, count: 16)
    try talk(Self.hello + [UInt8(entry.count + 1), 0, 0, 0, 17] + entry) { transport throws in
      #expect(throws: TransportError.violation(.malformed(kind: 17))) { try transport.list(.packs) }
    }
  }

  @Test("takes no more and no fewer bytes than it asked for", arguments: [0, 3])
  func counts(count: UInt8) throws {
    let data = count == 0 ? [] : [count + 1, 0, 0, 0, 18] + [UInt8](repeating: 1, count: Int(count))
    try talk(Self.hello + data + [1, 0, 0, 0, 16]) { transport throws in
      #expect(throws: TransportError.violation(.wrongCount)) {
        try transport.read([ReadRequest(pack(1), offset: 0, count: 2)]) { _, _ in true }
      }
    }
  }

  @Test("leaves nothing of a put that is cut off")
  func cutPut() throws {
    try withTemporaryFolder { folder in
      var ends: [CInt] = [-1, -1]
      try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
      let (near, far) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
      let name = Array(pack(1).text.utf8)
      let request = [3, UInt8(name.count)] + name + [100, 0, 0, 0, 0, 0, 0, 0]
      _ = try near.writeAll(Self.hello + [UInt8(request.count), 0, 0, 0] + request + [3, 0, 0, 0, 18, 1, 2])
      shutdown(near.rawValue, CInt(SHUT_WR))
      #expect(throws: TransportError.connectionLost) {
        try TransportServer(FolderTransport(folder), input: far, output: far).run()
      }
      try near.close()
      try far.close()
      #expect(try files(folder).isEmpty)
    }
  }

  @Test("says that a program can't be started, or isn't a server")
  func programs() throws {
    #expect {
      _ = try ProgramConnection(["mlt-no-such-program"], environment: ["PATH=/usr/bin:/bin"])
    } throws: { error in
      if case .notStarted(let cause)? = error as? TransportError {
        cause.errno == .noSuchFileOrDirectory
      } else {
        false
      }
    }
    #expect(throws: TransportError.connectionLost) {
      _ = try ProgramConnection(["true"], environment: ["PATH=/usr/bin:/bin"])
    }
    #expect(throws: TransportError.notAServer(Array("no such command\n".utf8))) {
      _ = try ProgramConnection(["echo", "no such command"], environment: ["PATH=/usr/bin:/bin"])
    }
  }
}

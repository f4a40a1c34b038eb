import FileTracing
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct SpoolReaderTests {
  // A real spool: of a front end that was killed, so that the keeper left it.
  private func makeSpool(in folder: FilePath) throws -> [UInt8] {
    try makePipe(folder.appending("go"))
    var spool = FilePath()
    try runShell(
      "echo 1 > a; mv a b; ln -s b c; cat b; rm c; mkdir d; (cat go; echo 2 > late) >/dev/null & exit 3", in: folder
    ) {
      spool = $0.spool
      $0.environment.append(bytes("X=1"))
      $0.finisher = nil
    }
    try write("", toPipe: folder.appending("go"))
    #expect(try eventually { try FileStatus(at: folder.appending("late")) != nil })
    #expect(eventually { (try? SpoolReader(spool))?.lateEvents.isEmpty == false })
    return try #require(try FileOperations.contents(of: spool))
  }

  @Test func `A spool torn at any length is read up to there`() throws {
    try withTemporaryFolder { folder in
      let whole = try makeSpool(in: folder)
      let torn = folder.appending("torn")
      try FileOperations.replace(torn, with: whole, sync: false)
      let all = try SpoolReader(torn)
      #expect(all.exit?.termination == .exited(3))
      #expect(!all.lateEvents.isEmpty)
      for length in 0..<whole.count {
        try FileOperations.replace(torn, with: Array(whole[..<length]), sync: false)
        guard length >= 32 else {
          #expect(throws: TracingError.notASpool(torn)) { try SpoolReader(torn) }
          continue
        }
        let reader = try SpoolReader(torn)
        #expect(!reader.isBroken)
        #expect(all.events.starts(with: reader.events))
      }
    }
  }

  @Test(arguments: [UInt64](1...8)) func `Bytes changed at random never trap`(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      var generator = SeededGenerator(seed: seed)
      let whole = try makeSpool(in: folder)
      let changed = folder.appending("changed")
      for _ in 0..<200 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          bytes[Int.random(in: 32..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        try FileOperations.replace(changed, with: bytes, sync: false)
        _ = try SpoolReader(changed)
      }
    }
  }

  @Test(.enabled(if: isInstalled("prlimit"), "prlimit isn't installed"))
  func `Where the spool can't grow the command goes on, and what is missing is counted`() throws {
    try withTemporaryFolder { folder in
      // The command's parent is the keeper; the limit makes its writes fail as a full disk does.
      let recorder = Recorder()
      let script = """
        prlimit --fsize=3000:3000 --pid $PPID
        i=0; while [ $i -lt 3000 ]; do echo 1 > f$i; i=$((i+1)); done; exit 3
        """
      let result = try runShell(script, in: folder, recorder)
      #expect(result.termination == .exited(3))
      #expect(result.droppedEvents > 0)
      #expect(try FileOperations.names(in: folder).count == 3000)
    }
  }

  @Test(arguments: ["", "mltspool", "something else that is long enough to be a header"])
  func `Another file is no spool`(_ text: String) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("file")
      try write(text, to: path)
      #expect(throws: TracingError.notASpool(path)) { try SpoolReader(path) }
    }
  }

  @Test func `A later version is refused`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("file")
      let header = bytes("mltspool") + [2, 0, 0, 0, 4, 3, 2, 1] + [UInt8](repeating: 0, count: 16)
      try FileOperations.replace(path, with: header, sync: false)
      #expect(throws: TracingError.notASpool(path)) { try SpoolReader(path) }
    }
  }

  @Test func `Records of unknown kinds are passed over, those with impossible sizes end the reading`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("file")
      let header = bytes("mltspool") + [1, 0, 0, 0, 4, 3, 2, 1] + [UInt8](repeating: 0, count: 16)
      func record(size: UInt8, kind: UInt8, first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [size, 0, 0, 0, kind, 0, 0, 0] + [UInt8](repeating: 0, count: 16) + [first, 0, 0, 0] + payload
      }
      let unknown = record(size: 30, kind: 200, first: 1, [1, 2])
      let read = record(size: 30, kind: 2, first: 2, bytes("/a"))
      try FileOperations.replace(path, with: header + unknown + read, sync: false)
      #expect(try SpoolReader(path).events.map(\.kind) == [.read(bytes("/a"))])
      for bad in [record(size: 3, kind: 2, first: 0, []), record(size: 30, kind: 2, first: 9, bytes("/a"))] {
        try FileOperations.replace(path, with: header + read + bad + read, sync: false)
        let reader = try SpoolReader(path)
        #expect(reader.isBroken)
        #expect(reader.events.count == 1)
      }
    }
  }
}

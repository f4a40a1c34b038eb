import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct FilePathBytesTests {
  @Test("a path keeps its bytes, whatever they are", arguments: (1...4) as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let name = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
        UInt8.random(in: 1...255, using: &generator)
      }
      let bytes = name.filter { $0 != UInt8(ascii: "/") }
      #expect(try #require(FilePath(bytes: bytes)).bytes == bytes)
    }
  }

  @Test("bytes with a zero are no path, and none are the empty one")
  func zero() throws {
    #expect(FilePath(bytes: [0x61, 0, 0x62]) == nil)
    #expect(try #require(FilePath(bytes: [])).isEmpty)
  }

  @Test("the text of a failure quotes its path and names the system's reason")
  func failures() {
    let error = SystemCallError("open", FilePath(bytes: [0x61, 0x0A]), .noSuchFileOrDirectory)
    #expect(error.description == #"cannot open '"a\n"': No such file or directory"#)
    #expect(SystemCallError("sync", nil, .ioError).description == "cannot sync: Input/output error")
  }

  @Test("an errno gains its context once, and an error with context keeps its own")
  func attempts() {
    #expect(throws: SystemCallError("read", "a", .ioError)) {
      try attempting("read", "a") { throw Errno.ioError }
    }
    let inner = SystemCallError("open", "b", .permissionDenied)
    #expect(throws: inner) { try attempting("read", "a") { throw inner } }
  }
}

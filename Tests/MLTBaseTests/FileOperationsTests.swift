import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct FileOperationsTests {
  @Test("replacing a file leaves the new bytes and no temporary file")
  func replace() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("a")
      try FileOperations.replace(path, with: Array("one".utf8))
      try FileOperations.replace(path, with: Array("two".utf8))
      #expect(try FileOperations.contents(of: path) == Array("two".utf8))
      #expect(try FileOperations.names(in: folder).map(\.string) == ["a"])
    }
  }

  @Test("a missing file has no contents, and one past the limit is refused")
  func contents() throws {
    try withTemporaryFolder { folder in
      #expect(try FileOperations.contents(of: folder.appending("none")) == nil)
      let path = folder.appending("a")
      try FileOperations.replace(path, with: Array("12345".utf8))
      #expect(throws: SystemCallError("read", path, .fileTooLarge)) {
        try FileOperations.contents(of: path, limit: 4)
      }
    }
  }

  @Test("a lock that is held isn't free, and is again once dropped")
  func lock() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("lock")
      do {
        let held = try FileLock(path)
        #expect(try FileLock.ifFree(path) == nil)
        _ = consume held
      }
      #expect(try FileLock.ifFree(path) != nil)
    }
  }
}

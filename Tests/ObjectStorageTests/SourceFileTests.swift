import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

@Suite struct SourceFileTests {
  private func size(_ path: FilePath, _ change: (Int) throws -> Void) throws -> (SourceFile.Outcome, attempts: Int) {
    var attempts = 0
    var failure: (any Error)?
    let outcome = try SourceFile.readTwiceIfUnstable(path, followingLinks: true) { (source) throws(StorageError) in
      attempts += 1
      do { try change(attempts) } catch { failure = error }
      return (ContentHasher.contentID(of: []), source.status.size)
    }
    if let failure { throw failure }
    return (outcome, attempts)
  }

  @Test("a file that stays as it is, is read once")
  func stable() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("f")
      try write("one", to: path)
      let (outcome, attempts) = try size(path) { _ in }
      #expect(attempts == 1)
      #expect(!outcome.file.wasUnstable && outcome.status?.size == 3)
    }
  }

  @Test("a file that changes once is read again and is then stable")
  func changesOnce() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("f")
      try write("one", to: path)
      let (outcome, attempts) = try size(path) { attempt in
        if attempt == 1 { try append("more", to: path) }
      }
      #expect(attempts == 2)
      #expect(!outcome.file.wasUnstable && outcome.file.size == 7)
    }
  }

  @Test("a file that goes on changing is said to be unstable")
  func changesTwice() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("f")
      try write("one", to: path)
      let (outcome, attempts) = try size(path) { _ in try append("more", to: path) }
      #expect(attempts == 2)
      #expect(outcome.file.wasUnstable && outcome.status == nil)
    }
  }

  @Test("a file that gives more bytes than its size is unstable, and stored as it was read")
  func sizeOfNothing() throws {
    try withTemporaryFolder { folder in
      // The kernel's files have size 0 and bytes all the same.
      let path: FilePath = "/proc/version"
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let file = try writer.addFile(at: path)
      try writer.finish()
      #expect(file.wasUnstable)
      #expect(try store.contents(of: file.content, limit: .max) == FileOperations.contents(of: path))
    }
  }

  private func append(_ text: String, to path: FilePath) throws {
    let file = try FileDescriptor.open(path, .writeOnly, options: [.append])
    _ = try file.closeAfter { try file.writeAll(text.utf8) }
  }
}

import Glibc
import MLTBase
import SystemPackage
import TestSupport
import Testing

private let program = "/usr/bin/flock"

@Suite(.enabled(if: access(program, X_OK) == 0, "flock(1) is the other process"))
struct FileLockTests {
  @Test("a lock that another process holds isn't free, and is once that process lets go")
  func heldElsewhere() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("lock")
      let holder = try OtherProcess(program, "--no-fork", path.string, "cat")
      try holder.waitUntilReady()
      #expect(try FileLock.ifFree(path) == nil)
      try holder.end()
      #expect(try FileLock.ifFree(path) != nil)
    }
  }

  @Test("the kernel drops the lock of a process that is killed")
  func killed() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("lock")
      let holder = try OtherProcess(program, "--no-fork", path.string, "cat")
      try holder.waitUntilReady()
      try holder.kill()
      #expect(try FileLock.ifFree(path) != nil)
    }
  }

  @Test("taking a lock waits until the other process lets go of it")
  func waiting() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending("lock")
      let holder = try OtherProcess(program, "--no-fork", path.string, "cat")
      try holder.waitUntilReady()
      async let taken: Bool = {
        let lock = try FileLock(path)
        // Held here, it is taken for everybody else.
        let isTaken = try FileLock.ifFree(path) == nil
        _ = consume lock
        return isTaken
      }()
      try holder.end()
      #expect(try await taken)
    }
  }

  @Test("a lock held here keeps another process out, and one dropped lets it in")
  func heldHere() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("lock")
      do {
        let lock = try FileLock(path)
        #expect(try OtherProcess(program, "--nonblock", path.string, "true").end() == 1)
        _ = consume lock
      }
      // A process that another test starts in just that moment holds a copy of the lock until it is executed.
      #expect(try (0..<1000).contains { _ in try OtherProcess(program, "--nonblock", path.string, "true").end() == 0 })
    }
  }

  @Test("shared locks go together, an exclusive one with none of them")
  func shared() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("lock")
      let holder = try OtherProcess(program, "--no-fork", "--shared", path.string, "cat")
      try holder.waitUntilReady()
      do {
        let lock = try FileLock(path, shared: true)
        #expect(try FileLock.ifFree(path) == nil)
        _ = consume lock
      }
      #expect(try FileLock.ifFree(path) == nil)
      try holder.end()
      // A process that another test starts in just that moment holds a copy of the lock until it is executed.
      #expect(try eventually { try FileLock.ifFree(path) != nil })
    }
  }

  @Test("a process that was started under a lock doesn't keep it")
  func notInherited() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("lock")
      let child: OtherProcess
      do {
        let lock = try FileLock(path)
        child = try OtherProcess("/bin/cat")
        try child.waitUntilReady()
        _ = consume lock
      }
      // A process that another test starts in just that moment holds a copy of the lock until it is executed.
      #expect(try eventually { try FileLock.ifFree(path) != nil })
      try child.end()
    }
  }

  @Test("the lock's file is made if missing, and its contents stay")
  func file() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending("lock")
      _ = try FileLock.ifFree(path)
      #expect(try FileOperations.contents(of: path) == [])
      try FileOperations.replace(path, with: Array("kept".utf8))
      _ = try FileLock.ifFree(path)
      #expect(try FileOperations.contents(of: path) == Array("kept".utf8))
    }
  }

  @Test("where no file can be made there is no lock")
  func noFolder() throws {
    try withTemporaryFolder { folder in
      let path = folder.pushing("missing/lock")
      #expect(throws: SystemCallError("lock", path, .noSuchFileOrDirectory)) {
        _ = try FileLock.ifFree(path)
      }
      #expect(throws: SystemCallError("lock", folder, .isDirectory)) { _ = try FileLock(folder) }
    }
  }
}

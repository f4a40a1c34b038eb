import Glibc
import Journaling
import LineageIndexing
import MLTBase
import SystemPackage
import TestSupport
import Testing

/// Indexes in folders that this process may not write to.
@Suite(.enabled(if: geteuid() != 0, "permissions don't bind root"))
struct ReadOnlyTests {
  private func withReadOnly(_ world: World, _ body: () throws -> Void) throws {
    for name in try FileOperations.names(in: world.folder) where name.string.hasPrefix("index") {
      chmod(world.folder.appending(name).string, 0o444)
    }
    chmod(world.folder.string, 0o555)
    defer { chmod(world.folder.string, 0o755) }
    try body()
  }

  @Test("an index that holds all is read as it is, and nothing is written")
  func current() throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.run(run(1), writes: [file("a", 1)])
      do { _ = try world.open() }
      try withReadOnly(world) {
        let before = try FileOperations.names(in: world.folder)
        let (index, notices) = try world.open()
        #expect(notices == [])
        #expect(try index.lastWriter(path: "a")?.run == run(1))
        try index.setMemo("key", [1])
        #expect(try index.memo("key") == nil)
        try index.catchUp(world.journal)
        #expect(try FileOperations.names(in: world.folder) == before)
      }
    }
  }

  @Test("where the index is missing, old or damaged, one is made that goes with the process", arguments: [0, 1, 2])
  func others(state: Int) throws {
    try withTemporaryFolder { folder in
      let world = try World(folder)
      try world.run(run(1), writes: [file("a", 1)])
      if state > 0 { do { _ = try world.open() } }
      if state == 2 { try FileOperations.replace(world.indexPath, with: [1, 2, 3]) }
      try world.run(run(2), writes: [file("a", 2)])
      try withReadOnly(world) {
        let (index, notices) = try world.open()
        #expect(notices == [])
        #expect(try index.lastWriter(path: "a")?.run == run(2))
        try index.catchUp(world.journal)
      }
    }
  }
}

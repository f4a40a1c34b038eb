import Glibc
import LineageIndexing
import MLTBase
import SystemPackage
import TestSupport
import Testing

@Suite struct CacheTests {
  private func status(_ folder: FilePath, _ name: String = "file") throws -> FileStatus {
    let path = folder.appending(name)
    try FileOperations.replace(path, with: [1], sync: false)
    return try #require(try FileStatus(at: path))
  }

  @Test("what files were found to hold is remembered, replaced and forgotten", arguments: [3, 3000])
  func remember(count: Int) throws {
    try withTemporaryFolder { folder in
      let index = try World(folder).open().index
      let status = try status(folder)
      let entries = (0..<count).map {
        CachedContent(path: "file \($0)", status: status, content: content($0), entered: .now())
      }
      try index.remember(entries)
      let paths = entries.map(\.path)
      let found = try index.cachedContents(for: paths + ["unknown"])
      #expect(Set(found) == Set(entries))
      #expect(found.count == count)
      try index.remember([CachedContent(path: paths[0], status: status, content: content(9), entered: .now())])
      #expect(try index.cachedContents(for: [paths[0]]).map(\.content) == [content(9)])
      try index.forget(paths)
      #expect(try index.cachedContents(for: paths).isEmpty)
    }
  }

  @Test("all that was looked at in a folder is found at once, and nothing beside it")
  func below() throws {
    try withTemporaryFolder { folder in
      let index = try World(folder).open().index
      let status = try status(folder)
      let paths = ["a/b", "a/c/d", "a", "ab", "b/a/b", "\"a/\\001\"", "\"a0/\\001\"", "!a/ü", "\"!a/\\001\""]
      let later = Timestamp(microseconds: max(status.modified, status.changed) / 1000 + 1_000_000)
      try index.remember(
        paths.map { CachedContent(path: $0, status: status, content: content(1), entered: later) })
      func found(below folder: String) throws -> [String] {
        let cached = try index.cachedContents(below: folder)
        // Backwards as well: nothing depends on the order of questions.
        for paths in [paths, paths.reversed()] {
          let found = paths.filter { path in
            PathText.decode(path).flatMap { cached.content(of: $0, status) } == content(1)
          }
          #expect(found.count == cached.count)
        }
        return paths.filter { PathText.decode($0).flatMap { cached.content(of: $0, status) } != nil }
      }
      #expect(try found(below: "a") == ["a/b", "a/c/d", "\"a/\\001\""])
      #expect(try found(below: ".") == paths)
      #expect(try found(below: "none").isEmpty)
      #expect(try found(below: "!a") == ["!a/ü", "\"!a/\\001\""])
      var other = status
      other.size += 1
      #expect(try index.cachedContents(below: "a").content(of: Array("a/b".utf8), other) == nil)
    }
  }

  @Test("an entry holds only for a file that looks the same and was old enough when it was looked at")
  func racy() throws {
    try withTemporaryFolder { folder in
      let status = try status(folder)
      let latest = max(status.modified, status.changed) / 1000
      func entry(_ after: Int64) -> CachedContent {
        CachedContent(
          path: "file", status: status, content: content(1), entered: Timestamp(microseconds: latest + after))
      }
      #expect(entry(1_000_000).holds(for: status))
      #expect(!entry(0).holds(for: status))
      #expect(!entry(CachedContent.raciness / 1000 - 1).holds(for: status))
      #expect(!entry(-5).holds(for: status))
      let changes: [(inout FileStatus) -> Void] = [
        { $0.size += 1 }, { $0.inode += 1 }, { $0.device += 1 }, { $0.modified -= 1 }, { $0.changed -= 1 },
        { $0.permissions ^= 0o100 }, { $0.kind = .symbolicLink },
      ]
      for change in changes {
        var other = status
        change(&other)
        #expect(!entry(1_000_000).holds(for: other))
      }
    }
  }

  @Test("a memo is kept under its key until it is removed")
  func memo() throws {
    try withTemporaryFolder { folder in
      let index = try World(folder).open().index
      #expect(try index.memo("key") == nil)
      try index.setMemo("key", [1, 2])
      #expect(try index.memo("key") == [1, 2])
      try index.setMemo("key", [])
      #expect(try index.memo("key") == [])
      try index.setMemo("key", nil)
      #expect(try index.memo("key") == nil)
    }
  }
}

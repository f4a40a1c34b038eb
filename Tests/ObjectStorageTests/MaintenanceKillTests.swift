import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

/// Collections, merges and repairs that are killed at any moment, alone and beside writers.
@Suite struct MaintenanceKillTests {
  // More rounds for a long night, as `MLT_TEST_ROUNDS=20`.
  private static let factor = getenv("MLT_TEST_ROUNDS").flatMap { UInt64(String(cString: $0)) } ?? 1

  // The files that the last word in the helper's `facts` says are wanted.
  private func wanted(in folder: FilePath) throws -> Set<ContentID> {
    let text = String(decoding: try FileOperations.contents(of: folder.appending("facts")) ?? [], as: UTF8.self)
    var wanted: Set<ContentID> = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let id = try #require(ContentID(hex: words[1]))
      if words[0] == "+" { wanted.insert(id) } else { wanted.remove(id) }
    }
    return wanted
  }

  // The helper may have collected what this store saw in its packs: it has to be stored again then.
  private func storeBytes(_ bytes: [UInt8], in store: ObjectStore) throws -> ContentID {
    var attempt = 1
    while true {
      let writer = store.begin()
      let id = try writer.addBytes(bytes)
      do {
        try writer.commit {}
        return id
      } catch StorageError.collectedMeanwhile where attempt < 3 {
        writer.abandon()
        attempt += 1
      }
    }
  }

  private func expectAllThere(in folder: FilePath, _ note: Comment) throws {
    let store = try reopenStore(in: folder)
    #expect(try store.check().isUndamaged, note)
    for id in try wanted(in: folder) {
      #expect(try store.containsFile(id), note)
      // What is read is verified.
      try store.readFile(id) { _ in }
    }
  }

  // A process that another test starts holds a copy of each lock for the moment until it runs its own program.
  private func collectUndisturbed(_ store: ObjectStore, _ ids: Set<ContentID>) throws -> CollectionReport {
    for _ in 0..<1000 {
      do {
        return try store.collect(CollectionOptions(grace: 0, wasteThreshold: 0)) { ids }
      } catch StorageError.busy {
        poll(nil, 0, 10)
      }
    }
    return try store.collect(CollectionOptions(grace: 0, wasteThreshold: 0)) { ids }
  }

  @Test("a collection or merge that is killed at any moment leaves all that is wanted", arguments: 0..<4)
  func collection(part: UInt64) throws {
    try withTemporaryFolder { folder in
      let store = try makeStore(in: folder)
      var generator = SeededGenerator(seed: part)
      var kills = 0
      for round in 0..<40 * Self.factor {
        let seed = part * 1000 + round
        var facts = ""
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          let seed = UInt64.random(in: 0..<40, using: &generator)
          let size = seed % 8 == 0 ? 70_000 : Int(seed) * 37
          let id = try storeBytes(randomBytes(size, seed: seed), in: store)
          facts += Bool.random(using: &generator) ? "+ \(id.hex)\n" : "- \(id.hex)\n"
        }
        let old = try FileOperations.contents(of: folder.appending("facts")) ?? []
        try write(old + Array(facts.utf8), to: folder.appending("facts"))
        let status = try ProgramBesideTests.run("store-writer", ["collect", store.folder.string, "\(seed)"])
        #expect(status == 0 || status == SIGALRM, "seed \(seed)")
        if status == SIGALRM { kills += 1 }
        try expectAllThere(in: folder, "seed \(seed)")
        try store.removeAbandonedTemporaries()
        #expect(try temporaryFiles(in: folder) == [], "seed \(seed)")
      }
      #expect(kills > 0)
      // A last one that nobody disturbs leaves just what is wanted.
      let ids = try wanted(in: folder)
      _ = try collectUndisturbed(store, ids)
      #expect(try store.check().isClean)
      #expect(try collectUndisturbed(store, ids).objectsRemoved == 0)
      try expectAllThere(in: folder, "part \(part)")
    }
  }

  @Test("collections and writers at the same time, all killed, lose nothing that was committed", arguments: 0..<4)
  func beside(part: UInt64) async throws {
    try await withTemporaryFolder { folder in
      let home = try makeStore(in: folder).folder.string
      for round in 0..<12 * Self.factor {
        let seed = 50_000 + part * 1000 + round
        let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
          for (number, work) in ["collecting", "writing", "writing"].enumerated() {
            group.addTask { try ProgramBesideTests.run("store-writer", [work, home, "\(seed * 10 + UInt64(number))"]) }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == [SIGALRM, SIGALRM, SIGALRM], "seed \(seed)")
        try expectAllThere(in: folder, "seed \(seed)")
      }
      #expect(try !wanted(in: folder).isEmpty)
    }
  }

  @Test("a repair that is killed at any moment is completed by the next", arguments: 0..<4)
  func repair(part: UInt64) throws {
    for round in 0..<15 * Self.factor {
      let seed = part * 1000 + round
      var generator = SeededGenerator(seed: seed)
      try withTemporaryFolder { folder in
        let files = folder.appending("files")
        try FileOperations.createFolder(files)
        var contents: [ContentID: [UInt8]] = [:]
        for size in [10, 1000, 5000, 70_000] {
          let bytes = randomBytes(size, seed: seed)
          let id = ContentHasher.contentID(of: bytes)
          contents[id] = bytes
          try write(bytes, to: files.appending(id.hex))
        }
        let store = try makeStore(in: folder)
        let writer = store.begin()
        let tree = try writer.addFolder(at: files)
        try writer.finish()
        let path = try #require(try packFiles(in: folder).first)
        let outer = store.begin()
        let entry = TreeEntry(mode: .tree, content: tree.content, size: tree.size, count: tree.count, name: [0x61])
        let top = try outer.addTree(Tree(entries: [entry]))
        try outer.finish()
        #expect(path.withPlatformString { chmod($0, 0o600) } == 0)
        let pack = try #require(try FileOperations.contents(of: path))
        // Not the version: of a newer one nothing can be said.
        let place = Int.random(in: 16..<pack.count, using: &generator)
        let file = try FileDescriptor.open(path, .readWrite)
        _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: Int64(place), [pack[place] ^ 0x40]) }
        let status = try ProgramBesideTests.run("store-writer", ["repair", store.folder.string, "\(seed)"])
        #expect(status == 0 || status == SIGALRM, "seed \(seed)")
        let last = try reopenStore(in: folder)
        let report = try last.check()
        _ = try last.repair(report) { contents[$0] != nil ? files.appending($0.hex) : files }
        #expect(try last.check(isDeep: true).isClean, "seed \(seed)")
        for (id, bytes) in contents { #expect(try last.contents(of: id, limit: .max) == bytes, "seed \(seed)") }
        try last.restoreTree(top, to: folder.appending("out"))
      }
    }
  }
}

import Journaling
import MLTBase
import ObjectStorage
import Remotes
import SystemPackage
import TestSupport
import Testing

@Suite("A remote that fails")
struct FaultTests {
  /// Whether all that facts in the remote name can be had from it.
  private func expectSound(_ transport: FolderTransport, in folder: FilePath, _ name: String) throws {
    let clone = try Clone(folder.appending(name))
    let (facts, objects) = try clone.pull(transport)
    #expect(facts.problems.isEmpty)
    #expect(objects.isComplete, "\(objects)")
    #expect(try clone.store.check(isDeep: true).problems.isEmpty)
    removeTree(clone.folder)
  }

  @Test(
    "stays sound whichever call of a push fails, and a repeat finishes", arguments: FaultyTransport.Fault.allCases,
    [false, true])
  func push(fault: FaultyTransport.Fault, lasts: Bool) throws {
    try withTemporaryFolder { folder in
      var call = 0
      while true {
        let shared = try makeRemote(in: folder.appending("\(call)"))
        let clone = try Clone(folder.appending("clone\(call)"))
        let other = try Clone(folder.appending("other\(call)"))
        try other.record([0])
        try other.push(shared)
        for number in 0..<2 { try clone.record(randomBytes(number * 300_000, seed: UInt64(number))) }
        try clone.pull(shared)
        let faulty = FaultyTransport(shared, fault, at: call, lasts: lasts, seed: UInt64(call))
        do { try clone.push(faulty) } catch is RemoteError {}
        try expectSound(shared, in: folder, "check\(call)")
        try clone.push(shared)
        try other.pull(shared)
        #expect(try other.notes() == clone.notes())
        for id in try other.namedFiles() { #expect(try other.store.containsFile(id)) }
        if faulty.calls <= call { break }
        call += 1
      }
      #expect(call > 8)
    }
  }

  @Test(
    "leaves a clone sound whichever call of a pull fails, and a repeat finishes",
    arguments: FaultyTransport.Fault.allCases)
  func pull(fault: FaultyTransport.Fault) throws {
    try withTemporaryFolder { folder in
      let shared = try makeRemote(in: folder)
      let source = try Clone(folder.appending("source"))
      for number in 0..<2 { try source.record(randomBytes(number * 600_000, seed: UInt64(number))) }
      try source.push(shared)
      var call = 0
      while true {
        let clone = try Clone(folder.appending("clone\(call)"))
        let faulty = FaultyTransport(shared, fault, at: call, seed: UInt64(call))
        do { try clone.pull(faulty) } catch is RemoteError {}
        #expect(try clone.journal.verify().isEmpty)
        #expect(try clone.store.check(isDeep: true).problems.allSatisfy { $0.fault == .missing })
        try clone.pull(shared)
        #expect(try clone.notes() == source.notes())
        for id in try clone.namedFiles() { #expect(try clone.store.containsFile(id)) }
        if faulty.calls <= call { break }
        call += 1
      }
      #expect(call > 4)
    }
  }

  @Test(
    "stays sound whichever call of a collection fails, and a repeat finishes", arguments: FaultyTransport.Fault.allCases
  )
  func collect(fault: FaultyTransport.Fault) throws {
    try withTemporaryFolder { folder in
      var options = RemoteCollectionOptions()
      options.grace = 0
      options.segmentCount = 2
      var call = 0
      while true {
        let shared = try makeRemote(in: folder.appending("\(call)"))
        let clone = try Clone(folder.appending("clone\(call)"))
        for number in 0..<3 {
          try clone.record(randomBytes(1000, seed: UInt64(number)))
          try clone.push(shared)
        }
        let faulty = FaultyTransport(shared, fault, at: call, seed: UInt64(call))
        for _ in 0..<2 {
          try letTimePass(shared)
          do { _ = try clone.remote(faulty).collect(options) } catch is RemoteError {}
          try expectSound(shared, in: folder, "check\(call)")
        }
        for _ in 0..<3 {
          try letTimePass(shared)
          _ = try clone.remote(shared).collect(options)
        }
        try expectSound(shared, in: folder, "check\(call)")
        #expect(try shared.list(.packs).count <= 2)
        #expect(try shared.list(.journal).count == 1)
        #expect(try shared.list(.retired).count <= 1)
        if faulty.calls <= call { break }
        call += 1
      }
      #expect(call > 8)
    }
  }

  @Test("is told from one that was removed in the middle")
  func removed() throws {
    try withTemporaryFolder { folder in
      let shared = try makeRemote(in: folder)
      let clone = try Clone(folder.appending("clone"))
      try clone.record([1])
      let remote = try clone.remote(shared)
      let extent = try clone.journal.extent()
      removeTree(shared.path)
      #expect(throws: RemoteError.transport(.noFolder(shared.path))) {
        _ = try remote.push([], from: clone.store, clone.journal, through: extent)
      }
      #expect(throws: RemoteError.transport(.noFolder(shared.path))) {
        _ = try remote.fetchJournals(into: clone.journal)
      }
    }
  }
}

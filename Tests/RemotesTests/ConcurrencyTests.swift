import Journaling
import MLTBase
import ObjectStorage
import Remotes
import SystemPackage
import TestSupport
import Testing

@Suite("Many machines at one remote")
struct ConcurrencyTests {
  @Test("end with every event and every object in every clone", arguments: [UInt64(1)])
  func everybody(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let shared = try makeRemote(in: folder)
      let clones = try (0..<16).map { try Clone(folder.appending("clone\($0)")) }
      let rounds = 3
      try concurrently(18) { number in
        var generator = SeededGenerator(seed: seed * 100 + UInt64(number))
        if number >= 16 {
          // Two that merge all the time, with a grace that has passed for nobody.
          let collector = try Clone(folder.appending("collector\(number)"))
          var options = RemoteCollectionOptions()
          options.segmentCount = 2
          for _ in 0..<rounds * 2 { _ = try collector.remote(shared).collect(options) }
          return
        }
        let clone = clones[number]
        try withTransport(number % 4 == 0 ? .stream : .folder, shared.path) { transport in
          for round in 0..<rounds {
            // Some contents are everybody's, some one's own.
            try clone.record([UInt8(round)])
            try clone.record([UInt8(number), UInt8(round)] + randomBytes(1000, seed: generator.next()))
            if Bool.random(using: &generator) { try clone.pull(transport) }
            try clone.push(transport)
          }
        }
      }
      var notes: [[String]] = []
      for clone in clones {
        let (facts, objects) = try clone.pull(shared)
        #expect(facts.problems.isEmpty)
        #expect(objects.isComplete)
        notes.append(try clone.notes())
        for id in try clone.namedFiles() { #expect(try clone.store.containsFile(id)) }
        #expect(try clone.journal.verify().isEmpty)
      }
      #expect(notes.allSatisfy { $0 == notes[0] })
      #expect(notes[0].count == 16 * rounds * 2)
      #expect(try files(shared.path.appending("tmp")).isEmpty)
    }
  }
}

internal import Glibc
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage
internal import TestSupport

/// What is done to a store by a process that dies at a moment which a seed chooses.
enum Maintenance {
  /// Has this process die without further ado, some time within so many microseconds.
  static func dieWithin(_ microseconds: UInt64, _ generator: inout SeededGenerator) {
    signal(SIGALRM, SIG_DFL)
    let delay = UInt64.random(in: 1...microseconds, using: &generator)
    let time = timeval(tv_sec: time_t(delay / 1_000_000), tv_usec: suseconds_t(delay % 1_000_000))
    var timer = itimerval(it_interval: timeval(tv_sec: 0, tv_usec: 0), it_value: time)
    _ = setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
  }

  static func fileBytes(seed: UInt64, size: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var words = [UInt64](repeating: 0, count: (size + 7) / 8)
    for index in words.indices { words[index] = generator.next().littleEndian }
    return words.withUnsafeBytes { Array($0.prefix(size)) }
  }

  /// Collects or merges, over and over.
  static func collect(_ folder: FilePath, _ seed: UInt64, rounds: Int) throws {
    var generator = SeededGenerator(seed: seed)
    let facts = FactFile(besides: folder)
    let store = try ObjectStore(folder: folder)
    dieWithin(rounds > 1 ? 150_000 : 12_000, &generator)
    for _ in 0..<rounds {
      do {
        if UInt64.random(in: 0..<4, using: &generator) == 0 {
          try store.mergeSmallPacks()
        } else {
          let threshold = Double.random(in: 0..<0.5, using: &generator)
          try store.collect(CollectionOptions(grace: 0, wasteThreshold: threshold)) { try facts.wanted() }
        }
      } catch StorageError.busy {
        sched_yield()
      }
    }
  }

  /// Stores files out of few, so that most are there already or were once, and writes down facts that name them.
  static func write(_ folder: FilePath, _ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let facts = FactFile(besides: folder)
    let store = try ObjectStore(folder: folder)
    dieWithin(150_000, &generator)
    while true {
      let writer = store.begin()
      var done = false
      while !done {
        var lines: [String] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let seed = UInt64.random(in: 0..<24, using: &generator)
          let size = seed % 8 == 0 ? 70_000 : Int(seed) * 37
          let id = try writer.addBytes(fileBytes(seed: seed, size: size))
          if Bool.random(using: &generator) { lines.append("+ \(id.hex)") }
        }
        if let old = try facts.wanted().randomElement(using: &generator), Bool.random(using: &generator) {
          lines.insert("- \(old.hex)", at: 0)
        }
        do {
          try writer.commit { try facts.append(lines) }
          done = true
        } catch StorageError.collectedMeanwhile {
          continue
        }
      }
    }
  }

  /// Repairs from the files beside the store.
  static func repair(_ folder: FilePath, _ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let store = try ObjectStore(folder: folder)
    let report = try store.check()
    dieWithin(12_000, &generator)
    let files = folder.removingLastComponent().appending("files")
    _ = try store.repair(report) { id in
      let file = files.appending(id.hex)
      return (try? FileStatus(at: file)) != nil ? file : files
    }
  }
}

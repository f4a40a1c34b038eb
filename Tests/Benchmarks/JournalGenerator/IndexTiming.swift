internal import Glibc
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

/// Times making an index of a journal, opening it with nothing to do, and asking it.
struct IndexTiming {
  private let folder: FilePath
  private let path: FilePath

  init(_ folder: FilePath) {
    self.folder = folder
    path = folder.appending("index.sqlite")
  }

  func run() throws {
    let journal = try Journal(folder: folder, host: "generator")
    if try FileStatus(at: path) == nil {
      try timed("make the index") { _ = try LineageIndex.open(path, journal: journal) }
      print("size: \((try FileStatus(at: path)?.size ?? 0) >> 20) MiB, memory: \(memory() >> 10) MiB")
    }
    for _ in 0..<3 {
      try timed("open, nothing to do") { _ = try LineageIndex.open(path, journal: journal) }
    }
    let index = try LineageIndex.open(path, journal: journal).0
    try ask(index)
    try timed("append and catch up with one run") {
      var factory = RunFactory(depth: 1, filesPerRun: 1, seed: UInt64(Timestamp.now().microseconds))
      try journal.append(factory.next(), durable: false)
      try index.catchUp(journal)
    }
    print("memory: \(memory() >> 10) MiB")
  }

  private func ask(_ index: LineageIndex) throws {
    var query = RunQuery()
    query.limit = 20
    let latest = try timed("latest 20 runs") { try index.runs(query) }
    query.outcome = .failed
    try timed("latest 20 failed runs") { try index.runs(query) }
    query.outcome = nil
    query.component = "step-3"
    try timed("latest 20 runs of a component") { try index.runs(query) }
    query.component = nil
    query.path = "src/step-3.py"
    try timed("latest 20 runs of a path") { try index.runs(query) }
    query.path = "data/chain-1"
    try timed("latest 20 runs below a folder") { try index.runs(query) }
    guard let run = latest.first?.id else { return }
    try timed("one run") { try index.run(run) }
    let files = try timed("its files") { try index.files(of: run) }
    guard let output = files.last(where: { $0.role == .output })?.artifact, let content = output.content else { return }
    try timed("writers of path and content") { try index.writers(path: output.path, content: content, limit: 1) }
    try timed("writers of content") { try index.writers(content: content, limit: 1) }
    try timed("last writer of a path") { try index.lastWriter(path: output.path) }
    try timed("readers of content") { try index.readers(content: content) }
    try timed("outputs below a folder") { try index.outputsBelow(path: "data/chain-1") }
    try timed("content prefix") { try index.contentIDs(prefix: String(content.hex.prefix(8)), limit: 5) }
    try timed("run prefix") { try index.runIDs(prefix: String(run.hex.prefix(6)), limit: 5) }
    try timed("all components") { try index.components() }
    let depth = try timed("a chain up to its source") { try chain(index, from: files) }
    print("the chain had \(depth) runs")
  }

  private func chain(_ index: LineageIndex, from files: [RunFile]) throws -> Int {
    var depth = 0
    var inputs = files.filter { $0.role == .input }
    while let input = inputs.last(where: { $0.artifact.path.hasPrefix("data/") })?.artifact,
      let content = input.content,
      let writing = try index.writers(path: input.path, content: content, limit: 1).first
    {
      depth += 1
      inputs = try index.files(of: writing.run).filter { $0.role == .input }
    }
    return depth
  }

  @discardableResult
  private func timed<Value>(_ what: String, _ body: () throws -> Value) rethrows -> Value {
    let start = ContinuousClock.now
    let before = processorTime()
    let value = try body()
    let processor = processorTime() - before
    let wall = start.duration(to: .now) / .microseconds(1)
    print("\(what): \(Int(wall)) µs, processor \(processor) µs")
    return value
  }

  private func processorTime() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + Int(usage.ru_utime.tv_usec)
      + Int(usage.ru_stime.tv_usec)
  }

  /// The largest resident set so far, in KiB.
  private func memory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss
  }
}

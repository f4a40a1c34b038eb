internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Finds all runs that read something labelled, or what was made from it, along the same steps by which ``LabelWalk`` goes back.
///
/// Each reading is followed to its maker once, and each path and content asked for once: the cost grows with what is found, not with
/// its square.
final class DerivationWalk {
  private let index: LineageIndex
  private let finder: OriginFinder
  private let book: LabelBook
  private var readers: [RunID: Set<RunID>] = [:]
  private var settled: Set<Trace.Reader> = []
  private var paths: Set<String> = []
  private var contents: Set<ContentID> = []

  init(_ book: LabelBook, index: LineageIndex, finder: OriginFinder) {
    self.book = book
    self.index = index
    self.finder = finder
  }

  /// Returns the runs, each once, those that read what is labelled first.
  func runs() throws -> [RunID] {
    var queue = try firstReaders()
    var seen = Set(queue)
    var next = 0
    while next < queue.count {
      let run = queue[next]
      next += 1
      for output in try index.files(of: run, role: .output) { try look(at: output) }
      for reader in (readers[run] ?? []).sorted() where reader != run && seen.insert(reader).inserted {
        queue.append(reader)
      }
    }
    return queue
  }

  /// All that is recorded at what labels stand on: what runs read or wrote there, and what was added by hand.
  func labelled() throws -> [ArtifactRecord] {
    var found: [ArtifactRecord] = []
    for mark in book.marks {
      guard let artifact = mark.artifact else { continue }
      if let content = artifact.content {
        found.append(
          ArtifactRecord(
            path: artifact.path, kind: artifact.kind, content: content, size: artifact.size, evidence: .declared))
        if case .content = mark.subject {
          found += try index.writers(content: content).map(\.artifact) + index.readers(content: content).map(\.artifact)
        }
      } else {
        let path = artifact.path
        found += try index.writers(path: path).map(\.artifact) + index.readers(path: path).map(\.artifact)
        found += try index.readersBelow(path: path).map(\.artifact) + index.added(path: path).map(\.artifact)
        for output in try index.outputsBelow(path: path) {
          found += try index.writers(path: output.artifact.path).map(\.artifact)
        }
      }
    }
    return found
  }

  // The runs that read what labels stand on.
  private func firstReaders() throws -> [RunID] {
    var found: [RunID: Timestamp] = [:]
    var seen: Set<Trace.Reader> = []
    func take(_ readings: [Reading]) throws {
      for reading in readings where seen.insert(Trace.Reader(run: reading.run, input: reading.artifact)).inserted {
        if try !book.marks(on: reading.artifact, finder).isEmpty { found[reading.run] = reading.started }
      }
    }
    for mark in book.marks {
      guard let artifact = mark.artifact else { continue }
      try take(try index.readers(path: artifact.path))
      try take(try index.treeReaders(ofPathsAbove: artifact.path))
      if artifact.content == nil || artifact.kind == .tree { try take(try index.readersBelow(path: artifact.path)) }
      guard case .content(let content) = mark.subject else { continue }
      try take(try index.readers(content: content))
      // Where else the content stood, a folder around it may have been read as a whole.
      for place in Set(try index.writers(content: content).map(\.artifact.path)) where place != artifact.path {
        try take(try index.treeReaders(ofPathsAbove: place))
      }
      if artifact.kind == .tree {
        for (_, file) in try finder.files(of: content) ?? [:] { try take(try index.readers(content: file)) }
      }
    }
    return found.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
  }

  // Finds the makers of whatever may have been read of an output.
  private func look(at output: ArtifactRecord) throws {
    if let content = output.content, contents.insert(content).inserted {
      try settle(try index.readers(content: content))
    }
    guard paths.insert(output.path).inserted else { return }
    try settle(try index.readers(path: output.path))
    if output.kind == .uri { return }
    try settle(try index.treeReaders(ofPathsAbove: output.path))
    if output.kind == .tree { try settle(try index.readersBelow(path: output.path)) }
  }

  private func settle(_ readings: [Reading]) throws {
    for reading in readings {
      guard settled.insert(Trace.Reader(run: reading.run, input: reading.artifact)).inserted else { continue }
      let view = OriginFinder.Viewpoint(run: reading.run, started: reading.started, ended: reading.ended)
      for edge in try finder.edges(of: reading.artifact, seenFrom: view) {
        if let producer = edge.producer { readers[producer, default: []].insert(reading.run) }
      }
    }
  }
}

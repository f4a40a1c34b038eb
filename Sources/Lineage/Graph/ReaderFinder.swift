internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Finds which runs read what runs wrote: the reverse of ``OriginFinder``, with the same answers.
///
/// Where a path's content has one writer and lies in no tree that a run wrote, its readers are that writer's, and nothing
/// more is asked. What several runs wrote is divided among them once, however many ask.
final class ReaderFinder {
  /// One reading, and when its run started.
  struct Found: Hashable {
    var reader: Trace.Reader
    var started: Timestamp
  }

  private let index: LineageIndex
  private let finder: OriginFinder
  /// Of a reading, the runs that made what was read.
  private var producers: [Trace.Reader: Set<RunID>] = [:]
  /// Of a content that several runs wrote, the readings of each one's.
  private var divided: [ContentID: [RunID: [Found]]] = [:]
  /// Of a folder, the trees around it that runs read, and whether runs wrote any.
  private var treeReadings: [WorkPath: [Reading]] = [:]
  private var hasTreeWriters: [WorkPath: Bool] = [:]

  // More are asked for one by one.
  private static let noteLimit = 1_000_000

  init(index: LineageIndex, finder: OriginFinder) {
    self.index = index
    self.finder = finder
  }

  /// The runs that read an output of a run and had it from there, each with what it read.
  func readers(of output: ArtifactRecord, writtenBy writer: RunRecord) throws -> [Found] {
    var found: [Found] = []
    var readings: [Reading] = []
    if let content = output.content {
      if output.kind != .tree {
        found += try fileReaders(of: output, content, writer)
      } else {
        readings = try index.readers(content: content)
      }
      readings += try readingsOfTrees(above: output.path)
    } else if output.kind == .uri {
      readings = try index.readers(path: output.path)
    }
    if output.kind == .tree {
      readings += try index.readersBelow(path: output.path)
      readings += try index.readers(path: output.path)
    }
    for reading in readings where reading.run != writer.id && reading.ended >= writer.started {
      let reader = Trace.Reader(run: reading.run, input: reading.artifact)
      if try makers(of: reader, reading).contains(writer.id) {
        found.append(Found(reader: reader, started: reading.started))
      }
    }
    var seen: Set<Trace.Reader> = []
    return found.filter { seen.insert($0.reader).inserted }
  }

  // MARK: Files

  private func fileReaders(of output: ArtifactRecord, _ content: ContentID, _ writer: RunRecord) throws -> [Found] {
    if let known = divided[content] { return known[writer.id] ?? [] }
    // Nobody is taken to have read a copy of an empty file.
    let readings =
      try output.size == 0
      ? index.readers(path: output.path, content: content) : index.readers(content: content)
    if readings.isEmpty { return [] }
    if try output.size > 0 && index.writers(content: content, limit: 2).count > 1 {
      return try divide(readings, content)[writer.id] ?? []
    }
    let isSole = try output.size > 0 || index.writers(path: output.path, content: content, limit: 2).count == 1
    let isPlain = try isSole && !isInWrittenTree(output.path)
    return try readings.compactMap { reading in
      guard reading.run != writer.id, reading.ended >= writer.started, reading.artifact.kind != .tree else {
        return nil
      }
      let reader = Trace.Reader(run: reading.run, input: reading.artifact)
      let isOurs =
        try isPlain && reading.artifact.path == output.path || makers(of: reader, reading).contains(writer.id)
      return isOurs ? Found(reader: reader, started: reading.started) : nil
    }
  }

  private func divide(_ readings: [Reading], _ content: ContentID) throws -> [RunID: [Found]] {
    var parts: [RunID: [Found]] = [:]
    for reading in readings where reading.artifact.kind != .tree {
      let reader = Trace.Reader(run: reading.run, input: reading.artifact)
      for maker in try makers(of: reader, reading) {
        parts[maker, default: []].append(Found(reader: reader, started: reading.started))
      }
    }
    divided[content] = parts
    return parts
  }

  private func isInWrittenTree(_ path: String) throws -> Bool {
    guard let folder = WorkPath(text: path)?.parent else { return true }
    if let known = hasTreeWriters[folder] { return known }
    let found = try !index.treeWriters(ofPathsAbove: path, limit: 1).isEmpty
    hasTreeWriters[folder] = found
    return found
  }

  // MARK: Trees

  private func readingsOfTrees(above path: String) throws -> [Reading] {
    guard let folder = WorkPath(text: path)?.parent else { return [] }
    if let known = treeReadings[folder] { return known }
    let found = try index.treeReaders(ofPathsAbove: path)
    treeReadings[folder] = found
    return found
  }

  /// The runs that made what was read; content that came back to what it was by another way is nobody's doing.
  private func makers(of reader: Trace.Reader, _ reading: Reading) throws -> Set<RunID> {
    if let known = producers[reader] { return known }
    let view = OriginFinder.Viewpoint(run: reading.run, started: reading.started, ended: reading.ended)
    let found = Set(
      try finder.edges(of: reading.artifact, seenFrom: view).compactMap { edge -> RunID? in
        if case .changedOutside = edge.origin { return nil }
        return edge.producer
      })
    if producers.count < Self.noteLimit { producers[reader] = found }
    return found
  }
}

internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// The runs behind many outputs, with what each read and which runs that came from: what `trace` finds for one of them.
///
/// Nearly all steps are settled by look-ups that are made at once for all that runs equally far back have read: somebody
/// wrote it there, or nobody ever wrote the path. What that doesn't settle is asked of ``OriginFinder``, so that the
/// answers are its own.
struct BulkLineage {
  /// The runs, those that were asked for first.
  private(set) var runs: [NumberedRun] = []
  /// The place of a run in ``runs``, by its number.
  private(set) var places: [Int64: Int] = [:]
  /// What each run read.
  private(set) var inputs: [[NumberedFile]] = []
  /// For each of these the run that it came from, if that is just one.
  private(set) var makers: [[Int64?]] = []
  /// The places of the runs that what it read came from, each once.
  private(set) var producers: [[Int]] = []
  /// What each run read that was changed outside since a run wrote it: the numbers of the paths.
  private(set) var changedOutside: [[Int64]] = []
  /// The texts of paths that occur.
  private(set) var paths: [Int64: String] = [:]

  private struct Place: Hashable {
    var path: Int64
    var content: ContentID
  }

  private let index: LineageIndex
  private let lookup: RunLookup
  private let finder: OriginFinder
  private var writers: [Place: [NumberedWriting]] = [:]
  private var writtenPaths: [Int64: Bool] = [:]
  private var askedContents: Set<ContentID> = []
  private var writtenContents: Set<ContentID> = []
  private var writtenTrees: [String: Bool] = [:]

  /// Follows runs back to the beginning.
  init(of start: [NumberedRun], index: LineageIndex, finder: OriginFinder) throws {
    self.index = index
    lookup = RunLookup(index)
    self.finder = finder
    var level: [Int] = []
    for run in start where places[run.number] == nil { level.append(add(run)) }
    while !level.isEmpty { level = try follow(level) }
  }

  private mutating func add(_ run: NumberedRun) -> Int {
    places[run.number] = runs.count
    runs.append(run)
    inputs.append([])
    makers.append([])
    producers.append([])
    changedOutside.append([])
    return runs.count - 1
  }

  /// Takes in what runs read, and returns the places of those that it came from and that weren't known.
  private mutating func follow(_ level: [Int]) throws -> [Int] {
    for file in try lookup.files(of: level.map { runs[$0].number }, role: .input) {
      guard let place = places[file.run] else { continue }
      inputs[place].append(file)
    }
    let unknown = Set(level.flatMap { inputs[$0].map(\.path) }).subtracting(paths.keys)
    paths.merge(try lookup.paths(unknown)) { $1 }
    try prepare(level)
    var sources: [Int: [Int64]] = [:]
    for place in level {
      var records: [ArtifactRecord]?
      var found: Set<Int64> = []
      for input in inputs[place] {
        let runs = try self.sources(of: input, readBy: place, &records)
        makers[place].append(runs.count == 1 ? runs[0] : nil)
        found.formUnion(runs)
      }
      sources[place] = found.subtracting([runs[place].number]).sorted()
    }
    let new = Set(sources.values.joined()).filter { places[$0] == nil }
    var next: [Int] = []
    for run in try lookup.runs(new.sorted()) { next.append(add(run)) }
    for (place, numbers) in sources { producers[place] = numbers.compactMap { places[$0] } }
    return next
  }

  /// The numbers of the runs that an input came from.
  private mutating func sources(
    of input: NumberedFile, readBy place: Int, _ records: inout [ArtifactRecord]?
  ) throws -> [Int64] {
    guard let content = input.content else {
      return writtenPaths[input.path] == true ? try exactly(input, place, &records) : []
    }
    if try input.kind == .tree || !hasTreesAbove(input.path) {
      let writings = writers[Place(path: input.path, content: content)] ?? []
      if let writing = Self.choose(writings, readBy: runs[place]) { return [writing.run] }
      if input.kind != .tree, writtenPaths[input.path] != true {
        if input.kind == .link || input.size == 0 { return [] }
        if !writtenContents.contains(content) { return [] }
      }
    }
    return try exactly(input, place, &records)
  }

  private mutating func exactly(
    _ input: NumberedFile, _ place: Int, _ records: inout [ArtifactRecord]?
  ) throws -> [Int64] {
    let run = runs[place]
    let known = try records ?? index.files(of: run.id, role: .input)
    records = known
    let path = paths[input.path]
    guard let record = known.first(where: { $0.path == path && $0.content == input.content }) else { return [] }
    let view = OriginFinder.Viewpoint(run: run.id, started: run.started, ended: run.ended ?? run.started)
    let edges = try finder.edges(of: record, seenFrom: view)
    for edge in edges {
      if case .changedOutside = edge.origin { changedOutside[place].append(input.path) }
    }
    return Array(try lookup.numbers(of: edges.compactMap(\.producer)).values)
  }

  /// Chooses the writing that a reader can have met, as ``OriginFinder`` does.
  private static func choose(_ writings: [NumberedWriting], readBy run: NumberedRun) -> NumberedWriting? {
    // Those that had ended when the reader started come first; the last of them counts.
    var low = 0
    var high = writings.count
    while low < high {
      let middle = (low + high) / 2
      if writings[middle].ended <= run.started { low = middle + 1 } else { high = middle }
    }
    if let last = writings[..<low].last(where: { $0.run != run.number }) { return last }
    let end = run.ended ?? run.started
    let later = writings[low...].filter { $0.run != run.number }
    if let during = later.first(where: { $0.ended <= end }) { return during }
    return later.first { $0.started <= end }
  }

  // MARK: What is asked once

  /// Looks up, for all that some runs read, who wrote it there, and where nobody did, whether anybody wrote that path or
  /// that content at all.
  private mutating func prepare(_ level: [Int]) throws {
    var wanted: Set<Place> = []
    var unsettled: Set<Int64> = []
    for input in level.flatMap({ inputs[$0] }) {
      guard let content = input.content else {
        unsettled.insert(input.path)
        continue
      }
      let place = Place(path: input.path, content: content)
      if writers[place] == nil { wanted.insert(place) }
    }
    let places = Array(wanted)
    let found = try lookup.writers(of: places.map { ($0.path, $0.content) })
    var contents: Set<ContentID> = []
    for (place, writings) in zip(places, found) {
      writers[place] = writings
      if writings.isEmpty {
        unsettled.insert(place.path)
        contents.insert(place.content)
      } else {
        writtenPaths[place.path] = true
      }
    }
    unsettled.subtract(writtenPaths.keys)
    let written = try lookup.written(paths: unsettled)
    for path in unsettled { writtenPaths[path] = written.contains(path) }
    contents.subtract(askedContents)
    writtenContents.formUnion(try lookup.written(contents: contents))
    askedContents.formUnion(contents)
  }

  /// Whether a folder above a path was ever written as a whole.
  private mutating func hasTreesAbove(_ path: Int64) throws -> Bool {
    guard let text = paths[path], let folder = WorkPath(text: text)?.parent else { return false }
    return try isTreeAbove(folder)
  }

  private mutating func isTreeAbove(_ folder: WorkPath) throws -> Bool {
    if folder.isRoot { return false }
    if let known = writtenTrees[folder.text] { return known }
    var found = try lookup.isTreeWritten(at: folder.text)
    if !found, let parent = folder.parent { found = try isTreeAbove(parent) }
    writtenTrees[folder.text] = found
    return found
  }
}

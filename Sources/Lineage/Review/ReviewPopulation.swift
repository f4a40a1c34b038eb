internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// The outputs that a review looks at: flagged ones, unflagged ones of the same kinds, and end outputs of other kinds.
///
/// A kind is a component with a path whose numbers are left aside, so that the versions of a path and the files of
/// successive days are of one kind.
package struct ReviewPopulation {
  package enum Standing: Sendable {
    /// Somebody flagged it.
    case flagged
    /// It is of the same kind as a flagged one.
    case unflagged
    /// It is of another kind, and nobody reads its kind.
    case other
  }

  struct Output {
    var run: Int64
    var standing: Standing
  }

  private struct Kind: Hashable {
    var component: String
    var pattern: String
  }

  private struct Place: Hashable {
    var run: Int64
    var path: Int64
  }

  /// The most outputs of flagged kinds, and the most of others, that are looked at.
  static let limit = 20_000

  private(set) var outputs: [Output] = []
  private(set) var runs: [NumberedRun] = []
  private(set) var unmade: [NamedArtifact] = []
  private(set) var isCapped = false
  /// The outputs of all runs that were looked at on the way, by the run.
  private(set) var filesByRun: [Int64: [NumberedFile]] = [:]

  private let lookup: RunLookup
  private let request: ReviewRequest
  private var paths: [Int64: String] = [:]
  private var patterns: [Int64: String] = [:]

  init(_ lookup: RunLookup, _ request: ReviewRequest) {
    self.lookup = lookup
    self.request = request
  }

  /// Collects the outputs.
  ///
  /// - Parameters:
  ///   - flags: the flags.
  ///   - failed: runs that haven't passed a check, which speaks against all that they made.
  ///   - components: the names of all components.
  ///   - maker: finds the run that made what no run is known to have written as such: a file in a folder.
  mutating func collect(
    _ flags: [RecordedChange], failed: Set<RunID>, components: [String], maker: (NamedArtifact) throws -> RunID?
  ) throws {
    var flagged = try places(of: flags, maker)
    let doubted = try lookup.numbers(of: failed.sorted()).values.sorted()
    for file in try lookup.files(of: doubted, role: .output) { flagged.insert(Place(run: file.run, path: file.path)) }
    let makers = try lookup.runs(Array(Set(flagged.map(\.run))).sorted()).filter { run in
      (request.component.map { $0 == run.component } ?? true) && (request.since.map { run.started >= $0 } ?? true)
    }
    let names = Dictionary(makers.map { ($0.number, $0.component) }, uniquingKeysWith: { first, _ in first })
    try learn(Set(flagged.map(\.path)))
    var kinds: Set<Kind> = []
    for place in flagged {
      if let component = names[place.run] { kinds.insert(Kind(component: component, pattern: pattern(place.path))) }
    }
    if kinds.isEmpty { return }
    try take(kinds, flagged, components)
    // Flagged outputs of deleted runs, and of those that lie too far back, count as well.
    let seen = Set(runs.map(\.number))
    for run in makers where !seen.contains(run.number) { runs.append(run) }
  }

  private mutating func places(
    of flags: [RecordedChange], _ maker: (NamedArtifact) throws -> RunID?
  ) throws -> Set<Place> {
    var places: Set<Place> = []
    for flag in flags {
      var found: [(run: Int64, path: Int64)] = []
      switch flag.subject {
      case .content(let content): found = try lookup.outputs(holding: content)
      case .place(let path, let content): found = try lookup.outputs(at: path, content: content)
      case .run, .component, .label: continue
      }
      if found.isEmpty, let artifact = flag.artifact {
        if let run = try maker(artifact), let number = try lookup.numbers(of: [run])[run] {
          // The folder stands for the file: the run's first output around it.
          let outputs = try lookup.files(of: [number], role: .output)
          try learn(Set(outputs.map(\.path)))
          let around = outputs.first { output in
            WorkPath(text: paths[output.path] ?? "").flatMap { folder in
              WorkPath(text: artifact.path)?.isBelow(folder)
            } ?? false
          }
          found = (around ?? outputs.first).map { [(number, $0.path)] } ?? []
        }
        if found.isEmpty { unmade.append(artifact) }
      }
      for place in found { places.insert(Place(run: place.run, path: place.path)) }
    }
    return places
  }

  private mutating func take(_ kinds: Set<Kind>, _ flagged: Set<Place>, _ components: [String]) throws {
    let suspected = Set(kinds.map(\.component))
    var others: [Output] = []
    var otherRuns: [NumberedRun] = []
    let ordered = suspected.sorted() + components.filter { !suspected.contains($0) }.sorted()
    for component in ordered {
      let isSuspected = suspected.contains(component)
      let room = Self.limit - (isSuspected ? outputs.count : others.count)
      guard room > 0 else {
        isCapped = true
        continue
      }
      let found = try lookup.runs(ofComponent: component, since: request.since, limit: room)
      if found.count == room { isCapped = true }
      let byNumber = Dictionary(found.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
      let files = try lookup.files(of: found.map(\.number), role: .output)
      for run in found { filesByRun[run.number] = [] }
      for file in files { filesByRun[file.run]?.append(file) }
      try learn(Set(files.map(\.path)))
      var used: Set<Int64> = []
      let isEnd = try ends(among: files, of: component, without: kinds)
      for file in files {
        guard let run = byNumber[file.run] else { continue }
        let kind = Kind(component: component, pattern: pattern(file.path))
        if kinds.contains(kind) {
          let isFlagged = flagged.contains(Place(run: file.run, path: file.path))
          guard isFlagged || run.status == .finished else { continue }
          outputs.append(Output(run: file.run, standing: isFlagged ? .flagged : .unflagged))
        } else {
          // What is flagged and wasn't asked for clears nobody.
          guard run.status == .finished, isEnd.contains(kind.pattern),
            !flagged.contains(Place(run: file.run, path: file.path))
          else { continue }
          others.append(Output(run: file.run, standing: .other))
        }
        used.insert(file.run)
      }
      for run in found where used.contains(run.number) {
        if isSuspected { runs.append(run) } else { otherRuns.append(run) }
      }
    }
    let covered = Set(runs.map(\.number))
    for place in flagged where !covered.contains(place.run) {
      outputs.append(Output(run: place.run, standing: .flagged))
    }
    outputs += others
    runs += otherRuns
  }

  /// How many paths of a pattern are looked at to find out whether anybody reads such.
  private static let samples = 4

  /// The patterns of a component's outputs that nobody reads, judged by a few paths of each.
  private func ends(
    among files: [NumberedFile], of component: String, without kinds: Set<Kind>
  ) throws -> Set<String> {
    var paths: [String: Set<Int64>] = [:]
    for file in files { paths[pattern(file.path), default: []].insert(file.path) }
    return try Set(
      paths.filter { pattern, numbers in
        if kinds.contains(Kind(component: component, pattern: pattern)) { return false }
        let sorted = numbers.sorted()
        // Spread over all of them: the latest may just not have been read yet.
        let step = max(1, sorted.count / Self.samples)
        return try !stride(from: 0, to: sorted.count, by: step).contains { try lookup.isRead(path: sorted[$0]) }
      }.keys)
  }

  // MARK: Paths

  private mutating func learn(_ numbers: Set<Int64>) throws {
    let unknown = numbers.subtracting(paths.keys)
    if unknown.isEmpty { return }
    for (number, path) in try lookup.paths(unknown) {
      paths[number] = path
      patterns[number] = PathForm.of(path)
    }
  }

  private func pattern(_ path: Int64) -> String { patterns[path] ?? "" }
}

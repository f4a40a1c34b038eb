internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Finds the labels that flow to artifacts, following each back to what it was made from.
///
/// Nothing is copied along: what is labelled today counts for what was made of it a year ago. Each run is looked at once,
/// however many artifacts are asked for, and cycles through files that were changed in place end where they began.
final class LabelWalk {
  private let index: LineageIndex
  private let finder: OriginFinder
  private let book: LabelBook
  /// What flows into each run that was looked at, by label.
  private var labels: [RunID: [String: RecordedChange]] = [:]
  private var consumers: [RunID: [RunID]] = [:]

  init(_ book: LabelBook, index: LineageIndex, finder: OriginFinder) {
    self.book = book
    self.index = index
    self.finder = finder
  }

  /// Returns the labels that an artifact carries, by name.
  func findings(on artifact: ArtifactRecord, seenFrom view: OriginFinder.Viewpoint) throws -> [LabelFinding] {
    if book.isEmpty { return [] }
    let direct = try book.marks(on: artifact, finder)
    var flowing: [String: RecordedChange] = [:]
    for edge in try finder.edges(of: artifact, seenFrom: view) {
      guard let producer = edge.producer else { continue }
      flowing.merge(try labels(of: producer)) { first, _ in first }
    }
    for mark in direct { flowing[mark.name] = nil }
    return direct.map { finding($0, isDirect: true) } + sorted(flowing).map { finding($0, isDirect: false) }
  }

  /// Returns the labels that flow into a run, by name.
  func findings(into run: RunID) throws -> [LabelFinding] {
    if book.isEmpty { return [] }
    return sorted(try labels(of: run)).map { finding($0, isDirect: false) }
  }

  private func sorted(_ marks: [String: RecordedChange]) -> [RecordedChange] {
    marks.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func finding(_ mark: RecordedChange, isDirect: Bool) -> LabelFinding {
    LabelFinding(label: mark.name, mark: mark, retraction: book.retractions[mark.name], isDirect: isDirect)
  }

  private func labels(of start: RunID) throws -> [String: RecordedChange] {
    if let known = labels[start] { return known }
    var queue = [start]
    var new: [RunID] = []
    while let run = queue.popLast() {
      guard labels[run] == nil else { continue }
      var own: [String: RecordedChange] = [:]
      if let record = try index.run(run) {
        let view = OriginFinder.Viewpoint(run: run, started: record.started, ended: record.ended ?? record.started)
        for input in try index.files(of: run, role: .input) {
          for mark in try book.marks(on: input, finder) { own[mark.name] = own[mark.name] ?? mark }
          for edge in try finder.edges(of: input, seenFrom: view) {
            guard let producer = edge.producer else { continue }
            consumers[producer, default: []].append(run)
            if let known = labels[producer] {
              own.merge(known) { first, _ in first }
            } else {
              queue.append(producer)
            }
          }
        }
      }
      labels[run] = own
      new.append(run)
    }
    // What flows into a run flows on to those that read what it wrote, until nothing is new to anybody.
    var pending = new
    while let run = pending.popLast() {
      guard let flowing = labels[run], !flowing.isEmpty else { continue }
      for consumer in consumers[run] ?? [] {
        let before = labels[consumer]?.count ?? 0
        labels[consumer, default: [:]].merge(flowing) { first, _ in first }
        if labels[consumer]?.count != before { pending.append(consumer) }
      }
    }
    return labels[start] ?? [:]
  }
}

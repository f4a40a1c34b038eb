internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// What the journal itself says of one run, as far as its record and its signatures go.
struct RecordedFacts {
  /// Who wrote the events that the record is made of.
  private(set) var writers: Set<WriterID> = []
  /// The own fields of its `run.started`; of any number that differ, two.
  private(set) var started: [JSONObject] = []
  /// The own fields of its `run.logged`, in the order of the chains.
  private(set) var logged: [JSONObject] = []
  /// The own fields of its `run.ended`; of any number that differ, two.
  private(set) var ended: [JSONObject] = []
  /// The signatures, each once, with when they were made.
  private(set) var signed: [(fact: RunSigned, at: Timestamp)] = []
  private var seen: Set<RunSigned> = []

  fileprivate mutating func add(_ event: Event) {
    switch event.type {
    case RunStarted.type: Self.add(event.fields, to: &started)
    case RunEnded.type: Self.add(event.fields, to: &ended)
    case RunLogged.type: logged.append(event.fields)
    case RunSigned.type:
      if let fact = try? event.fact(RunSigned.self), seen.insert(fact).inserted { signed.append((fact, event.at)) }
      return
    default: return
    }
    writers.insert(event.writer)
  }

  // Two clones may have closed a run alike. Two that differ contradict each other, and no more need be kept of what
  // anybody could have written by the thousand.
  private static func add(_ fields: JSONObject, to facts: inout [JSONObject]) {
    if facts.count < 2, !facts.contains(fields) { facts.append(fields) }
  }

  /// The record that the facts make, and what keeps them from making the one that `run.ended` claims.
  ///
  /// - Parameter hasEnded: whether the run is said to have ended.
  func record(hasEnded: Bool) -> (record: ContentID?, problems: [RunVerification.Problem]) {
    var problems: [RunVerification.Problem] = []
    for (type, facts) in [(RunStarted.type, started), (RunEnded.type, ended)] {
      if facts.isEmpty, hasEnded || type == RunStarted.type { problems.append(.missing(type: type)) }
      if facts.count > 1 { problems.append(.contradicted(type: type)) }
    }
    guard problems.isEmpty, let start = started.first, let end = ended.first else { return (nil, problems) }
    // A run whose end nobody saw has no record.
    guard let claim = end["record"] else { return (nil, []) }
    let record = RunDigest.contentID(started: start, logged: logged, ended: end)
    return (record, claim.string == record.hex ? [] : [.otherRecord])
  }
}

extension Workspace {
  /// Reads the facts of some runs from the journal itself, all of which is read once.
  ///
  /// - Returns: the facts, and how many events of any run can't be read.
  func recordedFacts(of runs: Set<RunID>) throws -> (facts: [RunID: RecordedFacts], unreadable: Int) {
    let types: Set<String> = [RunStarted.type, RunLogged.type, RunEnded.type, RunSigned.type]
    var facts: [RunID: RecordedFacts] = [:]
    var unreadable = 0
    let journal = try journal
    if runs.isEmpty { return (facts, unreadable) }
    for writer in try journal.writers() {
      try journal.read(writer: writer) { element, _ in
        switch element {
        case .success(let event):
          guard types.contains(event.type), event.version == Event.currentVersion,
            let run = event.fields["run"]?.string.flatMap({ RunID(hex: $0) }), runs.contains(run)
          else { return }
          facts[run, default: RecordedFacts()].add(event)
        case .failure: unreadable += 1
        }
      }
    }
    return (facts, unreadable)
  }
}

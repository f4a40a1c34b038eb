internal import Journaling
internal import LineageIndexing
internal import MLTBase

/// Which of our runs stand for which of another tool's.
struct ImportedRuns {
  let workspace: Workspace
  let tool: String
  /// What tells the tool's store from others.
  let store: String

  /// A run that stands for another tool's, or will.
  struct Place {
    var run: RunID
    /// What is recorded of it; nil for one that is new here.
    var known: RunRecord?
  }

  /// What is recorded as the origin of a run.
  func origin(_ id: String) -> RunOrigin { RunOrigin(tool: tool, store: store, id: id) }

  /// Finds the run that stands for the one of an id.
  ///
  /// An id of 32 hexadecimal digits stays what it is, wherever the store lies by now, so that people find their runs by it. If it
  /// is taken by another run, or is of another kind, the id is made of the origin: whoever imports the same has the same.
  func place(of id: String) throws -> Place {
    if let run = RunID(hex: id) {
      guard let known = try workspace.index.run(run) else { return Place(run: run) }
      if known.origin?.tool == tool, known.origin?.id == id { return Place(run: run, known: known) }
    }
    let origin = origin(id)
    if let run = try workspace.index.runs(from: origin).first {
      return Place(run: run, known: try workspace.index.run(run))
    }
    let bytes = origin.key.withUnsafeBytes { Array($0.prefix(RunID.byteCount)) }
    let run = RunID(bytes: bytes) ?? .random()
    return Place(run: run, known: try workspace.index.run(run))
  }

  /// The facts of a run that has ended, with the hash of its record; of one that goes on, without an end.
  func facts(_ started: RunStarted, _ logged: [RunLogged], _ ended: RunEnded?) -> [any Fact] {
    guard var ended else { return [started] + logged }
    ended.record = RunDigest.contentID(
      started: started.fields, logged: logged.map(\.fields), ended: ended.fields)
    return [started] + logged + [ended]
  }
}

extension JournalError {
  /// Whether facts weren't written since they are too large.
  var isRefusal: Bool {
    switch self {
    case .lineTooLong, .batchTooLarge: true
    default: false
    }
  }
}

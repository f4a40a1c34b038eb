import Journaling
import LineageIndexing
import MLTBase
import Synchronization
import SystemPackage
import TestSupport

/// A journal of several writers, filled at random, with an index beside it.
final class World {
  let folder: FilePath
  var indexPath: FilePath { folder.appending("index.sqlite") }
  private let time = TestClock()
  private var journals: [Journal] = []

  init(_ folder: FilePath, writers: Int = 1) throws {
    self.folder = folder.appending(".mlt")
    try Journal.create(in: self.folder, host: "host-0")
    for number in 0..<writers {
      journals.append(try Journal(folder: self.folder, host: "host-\(number)", clock: clock, segmentSize: 20_000))
    }
  }

  private var clock: WallClock { WallClock { [time] in time.now } }

  /// The journal as the first writer has it.
  var journal: Journal { journals[0] }

  /// What the clock shows.
  var now: Timestamp { time.now }

  /// Moves the clock.
  func wait(_ microseconds: Int64 = 1_000_000) { time.wait(microseconds) }

  @discardableResult
  func append(_ facts: [any Fact], writer: Int = 0) throws -> [Event] {
    try journals[writer].append(facts, durable: false)
  }

  func open() throws -> (index: LineageIndex, notices: [IndexNotice]) {
    let (index, notices) = try LineageIndex.open(indexPath, journal: journal)
    return (index, notices)
  }

  /// Records a whole run; it takes a second.
  @discardableResult
  func run(
    _ id: RunID, component: String = "step", reads inputs: [ArtifactRecord] = [], writes outputs: [ArtifactRecord] = [],
    parent: RunID? = nil, status: RunStatus = .finished, writer: Int = 0
  ) throws -> RunID {
    try append([started(id, component: component, parent: parent)], writer: writer)
    wait()
    try append(
      [
        RunEnded(
          run: id, status: status, exit: status == .finished ? 0 : 1, evidence: .observed, inputs: inputs,
          outputs: outputs)
      ], writer: writer)
    wait()
    return id
  }

  func started(
    _ id: RunID, component: String = "step", parent: RunID? = nil, parameters: [String: String] = [:],
    tags: [String: String] = [:], note: String? = nil
  ) -> RunStarted {
    RunStarted(
      run: id, component: component, command: ["do", "it"], directory: ".",
      git: GitState(commit: "c0ffee", branch: "main", remote: nil, isDirty: true), host: "host", user: "somebody",
      parent: parent, parameters: parameters, tags: tags, note: note)
  }
}

/// A clock that moves only when told.
final class TestClock: Sendable {
  private let microseconds = Mutex<Int64>(1_700_000_000_000_000)

  var now: Timestamp { Timestamp(microseconds: microseconds.withLock { $0 }) }

  func wait(_ count: Int64) { microseconds.withLock { $0 += count } }
}

/// The run with this number.
func run(_ number: Int) -> RunID {
  var generator = SeededGenerator(seed: UInt64(number))
  return RunID.random(using: &generator)
}

/// The content with this number.
func content(_ number: Int) -> ContentID { ContentHasher.contentID(of: Array("content \(number)".utf8)) }

func file(_ path: String, _ number: Int, kind: ArtifactRecord.Kind = .file) -> ArtifactRecord {
  ArtifactRecord(path: path, kind: kind, content: content(number), size: Int64(number), evidence: .observed)
}

import Journaling
import MLTBase
import Synchronization
import SystemPackage
import TestSupport

/// A journal in a temporary folder, on a clock that moves only when told.
final class JournalFixture: Sendable {
  let folder: FilePath
  let journal: Journal
  let time: TestClock

  /// A size that three large notes reach and two don't.
  static let segmentSize: Int64 = 8192

  init(_ folder: FilePath) throws {
    self.folder = folder.appending(".mlt")
    time = TestClock()
    try Journal.create(in: self.folder, host: "here")
    journal = try Journal(folder: self.folder, host: "here", clock: time.clock, segmentSize: Self.segmentSize)
  }

  /// Another object for the same journal, as another process has one.
  func reopened(host: String = "here") throws -> Journal {
    try Journal(folder: folder, host: host, clock: time.clock, segmentSize: Self.segmentSize)
  }

  var writer: WriterID {
    get throws {
      guard let writer = try journal.ownWriter() else { throw JournalError.missing(folder) }
      return writer
    }
  }

  var writerFolder: FilePath {
    get throws { folder.appending("journal").appending(try writer.hex) }
  }

  /// The file of the segment that begins with this event, still open.
  func active(_ first: Int64 = 1) throws -> FilePath {
    let digits = String(first)
    return try writerFolder.appending(String(repeating: "0", count: 12 - digits.count) + digits + ".jsonl")
  }

  /// The names of the writer's segments, sorted.
  var segments: [String] {
    get throws {
      try FileOperations.names(in: writerFolder).map(\.string).filter { $0.contains(".jsonl") }
    }
  }
}

final class TestClock: Sendable {
  private let microseconds = Mutex<Int64>(1_700_000_000_000_000)

  func set(_ value: Int64) { microseconds.withLock { $0 = value } }

  var clock: WallClock { WallClock { [self] in Timestamp(microseconds: microseconds.withLock { $0 }) } }
}

/// A fact whose line is a little longer than `size`, and can't be compressed to less than half of it.
func note(_ text: String, size: Int = 0) -> RunAnnotated {
  var generator = SeededGenerator(seed: UInt64(size))
  let digits = (0..<size).map { _ in "0123456789abcdef".utf8.randomElement(using: &generator) ?? 0 }
  return RunAnnotated(
    run: RunID(hex: "00000000000000000000000000000001") ?? .random(), note: text,
    tags: size == 0 ? [:] : ["filler": String(decoding: digits, as: UTF8.self)])
}

extension Journal {
  /// All events of a writer and what stands where there is none.
  func all(
    _ writer: WriterID, from position: JournalPosition = .start
  ) throws -> (events: [Event], failures: [EventError], end: JournalPosition) {
    var events: [Event] = []
    var failures: [EventError] = []
    var end = position
    try read(writer: writer, from: position) { element, position in
      switch element {
      case .success(let event): events.append(event)
      case .failure(let error): failures.append(error)
      }
      end = position
    }
    return (events, failures, end)
  }

  /// The notes of a writer's events, in order.
  func notes(_ writer: WriterID) throws -> [String] {
    try all(writer).events.map { try $0.fact(RunAnnotated.self).note ?? "" }
  }
}

func contents(_ path: FilePath) throws -> [UInt8] {
  guard let bytes = try FileOperations.contents(of: path) else { throw JournalError.missing(path) }
  return bytes
}

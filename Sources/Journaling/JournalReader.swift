internal import MLTBase
internal import SystemPackage

/// Walks one writer's events across its segments, from a position on.
struct JournalReader {
  typealias Element = Result<Event, EventError>

  let folder: FilePath
  let writer: WriterID
  let body: (Element, JournalPosition) throws -> Void
  private var position: JournalPosition
  /// Bytes at the end of the active segment that are no whole event.
  private(set) var tornBytes: Int64 = 0

  init(
    folder: FilePath, writer: WriterID, from position: JournalPosition,
    _ body: @escaping (Element, JournalPosition) throws -> Void
  ) {
    self.folder = folder
    self.writer = writer
    self.position = position
    self.body = body
  }

  /// Reads to the end.
  mutating func run() throws {
    var segments = try SegmentList(folder)
    var refreshes = 0
    while let (segment, start) = segments.segment(from: position.sequence + 1) {
      if start > position.sequence + 1, refreshes < Self.maximumRefreshes {
        // A folder isn't listed in one step: a segment that was closed meanwhile may be in neither place.
        refreshes += 1
        segments = try SegmentList(folder)
        continue
      }
      if start > position.sequence + 1 {
        let missing = EventError.missing(first: position.sequence + 1, last: start - 1)
        position = JournalPosition(sequence: start - 1, segment: 0, offset: 0)
        try body(.failure(missing), position)
        continue
      }
      guard let lines = try open(segment, in: segments) else {
        guard refreshes < Self.maximumRefreshes else { return }
        refreshes += 1
        segments = try SegmentList(folder)
        continue
      }
      if let last = segment.last {
        try readClosed(lines, segment, last)
      } else {
        try readActive(lines, segment.first)
        // It may have been closed, and a next one started, since the folder was listed.
        segments = try SegmentList(folder)
        if segments.segment(from: position.sequence + 1)?.segment == segment { return }
      }
    }
  }

  private static let maximumRefreshes = 4

  // Opens a segment at the position; nil if it is gone, as an active one is when it has been closed.
  private func open(_ segment: SegmentName, in segments: SegmentList) throws -> LineReader? {
    let path = segments.path(segment)
    let known = position.segment == segment.first ? position.offset : 0
    let lines: LineReader
    do throws(ByteSourceError) {
      if segment.last == nil {
        let file: FileSource
        do throws(SystemCallError) {
          file = try FileSource(path)
          try file.seek(to: known)
        } catch {
          throw .system(error)
        }
        lines = LineReader(file, offset: known)
      } else {
        lines = LineReader(try GzipSource(path))
        do throws(ByteSourceError) {
          try lines.skip(known)
        } catch .damaged {
          // Reading on meets the damage again, where it is reported.
        }
      }
    } catch {
      switch error {
      case .system(let error) where error.errno == .noSuchFileOrDirectory: return nil
      case .system(let error): throw JournalError.system(error)
      case .damaged: throw JournalError.damagedSegment(path)
      }
    }
    return lines
  }

  private func pass(_ count: Int64, of lines: LineReader) throws(ByteSourceError) {
    var left = count
    while left > 0 {
      if case .end = try lines.next() { throw .damaged }
      left -= 1
    }
  }

  private mutating func readClosed(_ lines: LineReader, _ segment: SegmentName, _ last: Int64) throws {
    do {
      if position.segment != segment.first { try pass(position.sequence + 1 - segment.first, of: lines) }
      while position.sequence < last {
        let element: Element
        switch try lines.next() {
        case .line(let line): element = decode(line)
        case .tooLong: element = .failure(.lineTooLong)
        case .end: throw ByteSourceError.damaged
        }
        advance(segment.first, lines.offset, element)
        try body(element, position)
      }
      guard case .end(unterminated: 0) = try lines.next() else { throw ByteSourceError.damaged }
    } catch let error as ByteSourceError {
      if case .system(let error) = error { throw JournalError.system(error) }
      position = JournalPosition(sequence: last, segment: 0, offset: 0)
      try body(.failure(.damagedSegment(segment.name)), position)
    }
  }

  private mutating func readActive(_ lines: LineReader, _ first: Int64) throws {
    // Damaged lines are the appender's to set aside while nothing good follows them.
    var held: [(element: Element, offset: Int64)] = []
    do {
      if position.segment != first { try pass(position.sequence + 1 - first, of: lines) }
      var goodEnd = lines.offset
      while true {
        let element: Element
        switch try lines.next() {
        case .line(let line): element = decode(line)
        case .tooLong: element = .failure(.lineTooLong)
        case .end(let unterminated):
          tornBytes = lines.offset + unterminated - goodEnd
          return
        }
        held.append((element, lines.offset))
        guard case .success = element else { continue }
        for (element, offset) in held {
          advance(first, offset, element)
          try body(element, position)
        }
        held.removeAll(keepingCapacity: true)
        goodEnd = lines.offset
      }
    } catch let error as ByteSourceError {
      // Damage in plain text means fewer lines than the position has counted: there is nothing after it.
      if case .system(let error) = error { throw JournalError.system(error) }
    }
  }

  private func decode(_ line: [UInt8]) -> Element {
    do throws(EventError) {
      let event = try Event(line: line)
      return event.writer == writer ? .success(event) : .failure(.wrongWriter(event.writer))
    } catch {
      return .failure(error)
    }
  }

  private mutating func advance(_ segment: Int64, _ offset: Int64, _ element: Element) {
    position = JournalPosition(
      sequence: position.sequence + 1, segment: segment, offset: offset, last: try? element.get().id)
  }
}

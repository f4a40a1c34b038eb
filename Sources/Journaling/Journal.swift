public import MLTBase
internal import Synchronization
public import SystemPackage

/// The append-only record of what happened, in `.mlt/journal` (`docs/design/journal-format.md`).
///
/// Several processes may append and read at once. A journal says nothing about what events mean; see ``Fact`` for that.
public final class Journal: Sendable {
  /// The folder `.mlt`.
  public let folder: FilePath

  private struct State {
    var tail: ActiveSegment?
    var notices: [JournalNotice] = []
  }

  let host: String
  private let clock: WallClock
  private let segmentSize: Int64
  private let state = Mutex(State())

  /// The most bytes that one append may write.
  private static let maximumBatchSize = 256 << 20

  /// Opens the journal in a folder, without looking at its events.
  ///
  /// - Parameters:
  ///   - folder: the folder `.mlt`.
  ///   - host: what tells this machine from others; an append elsewhere starts a new writer.
  ///   - clock: where events get their time from.
  /// - Throws: what ``RepositoryFormat/check(in:)`` throws.
  public convenience init(folder: FilePath, host: String, clock: WallClock = .system) throws(JournalError) {
    try self.init(folder: folder, host: host, clock: clock, segmentSize: SegmentCloser.threshold)
  }

  /// Opens the journal with another size than the usual from which segments are closed.
  package init(folder: FilePath, host: String, clock: WallClock, segmentSize: Int64) throws(JournalError) {
    try RepositoryFormat.check(in: folder)
    self.segmentSize = segmentSize
    self.folder = folder
    self.host = host
    self.clock = clock
  }

  /// Makes an empty journal; one that is there already stays as it is.
  ///
  /// - Parameters:
  ///   - folder: the folder `.mlt`, which is made if missing.
  ///   - host: what tells this machine from others.
  public static func create(in folder: FilePath, host: String) throws(JournalError) {
    try journaling { () throws(SystemCallError) in
      try FileOperations.createFolder(folder.appending("journal"))
    }
    try RepositoryFormat.write(in: folder)
    let lock = try lock(in: folder)
    if try WriterIdentity(in: folder) == nil {
      try WriterIdentity(drawnIn: folder, host: host).write(in: folder)
    }
    _ = consume lock
  }

  static func lock(in folder: FilePath) throws(JournalError) -> FileLock {
    try journaling { () throws(SystemCallError) in try FileLock(folder.appending("journal").appending("lock")) }
  }

  private var journalFolder: FilePath { folder.appending("journal") }

  func folder(of writer: WriterID) -> FilePath { journalFolder.appending(writer.hex) }

  /// What appends through this object did beside appending, in order.
  public var notices: [JournalNotice] { state.withLock { $0.notices } }

  func note(_ notices: [JournalNotice]) { state.withLock { $0.notices += notices } }

  // MARK: Appending

  /// Appends facts as events of this clone's writer, all or none of them.
  ///
  /// - Parameters:
  ///   - facts: the facts, in order.
  ///   - durable: whether to return only when they would survive the machine's failing.
  /// - Returns: the events, in order.
  /// - Throws: ``JournalError/fieldNameTaken(type:field:)``, ``JournalError/lineTooLong(type:size:limit:)`` and
  ///   ``JournalError/batchTooLarge(size:limit:)`` for facts that can't be written, else what failed on the way.
  @discardableResult
  public func append(_ facts: [any Fact], durable: Bool) throws(JournalError) -> [Event] {
    var contents: [(type: String, fields: JSONObject)] = []
    for fact in facts { contents.append((type(of: fact).type, fact.fields)) }
    return try append(contents, durable: durable)
  }

  /// Appends events of given types and fields, which must be such as JSON and its readers' limits allow.
  @discardableResult
  package func append(
    _ contents: [(type: String, fields: JSONObject)], durable: Bool
  ) throws(JournalError) -> [Event] {
    if contents.isEmpty { return [] }
    for (type, fields) in contents {
      if let name = Event.commonName(in: fields) { throw .fieldNameTaken(type: type, field: name) }
    }
    // `Mutex` hands on no typed throws of ours beside its own result, hence the `Result`.
    let result: Result<[Event], JournalError> = state.withLock { state in
      do throws(JournalError) {
        return .success(try append(contents, durable: durable, &state))
      } catch {
        state.tail = nil
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func append(
    _ contents: [(type: String, fields: JSONObject)], durable: Bool, _ state: inout State
  ) throws(JournalError) -> [Event] {
    let lock = try Self.lock(in: folder)
    var tail = try currentTail(&state)
    let (events, bytes) = try encode(contents, after: tail)
    try write(bytes, to: &tail, durable: durable)
    if let last = events.last { tail.last = (last.id, last.at) }
    state.tail = tail.size >= segmentSize ? successor(of: tail, &state.notices) : tail
    _ = consume lock
    return events
  }

  // The segment after a full one; nil if that can't be closed. The events are recorded by then, so that is no failure.
  private func successor(of full: ActiveSegment, _ notices: inout [JournalNotice]) -> ActiveSegment? {
    do throws(JournalError) {
      var next = full
      next.first = try SegmentCloser.close(full.first, in: full.folder) + 1
      next.size = 0
      return next
    } catch {
      let notice = JournalNotice.segmentNotClosed(full.writer, error)
      if notices.last != notice { notices.append(notice) }
      return nil
    }
  }

  // The end of the chain: as remembered, if nobody else has appended since, else looked up.
  private func currentTail(_ state: inout State) throws(JournalError) -> ActiveSegment {
    if let tail = state.tail {
      let status = try journaling { () throws(SystemCallError) in try FileStatus(at: tail.path) }
      if let status, status.size == tail.size, tail.size > 0 { return tail }
      return try end(of: tail.writer, &state.notices)
    }
    let drawn = try WriterIdentity(drawnIn: folder, host: host)
    guard let noted = try WriterIdentity(in: folder) else {
      try drawn.write(in: folder)
      return try end(of: drawn.writer, &state.notices)
    }
    if noted.isSamePlace(as: drawn) { return try end(of: noted.writer, &state.notices) }
    try drawn.write(in: folder)
    state.notices.append(.newWriterStarted(previous: noted.writer, current: drawn.writer))
    return try end(of: drawn.writer, &state.notices)
  }

  // The end of a writer's chain; of a new writer's where that can't be read, for nobody knows then which event to follow.
  // That lets the work go on; checking reports the damage.
  private func end(of writer: WriterID, _ notices: inout [JournalNotice]) throws(JournalError) -> ActiveSegment {
    do throws(JournalError) {
      return try ActiveSegment(of: writer, in: folder(of: writer), notices: &notices)
    } catch .damagedSegment(let path) {
      let drawn = try WriterIdentity(drawnIn: folder, host: host)
      try drawn.write(in: folder)
      notices.append(.chainAbandoned(previous: writer, current: drawn.writer, segment: path))
      return try ActiveSegment(of: drawn.writer, in: folder(of: drawn.writer), notices: &notices)
    }
  }

  private func encode(
    _ contents: [(type: String, fields: JSONObject)], after tail: ActiveSegment
  ) throws(JournalError) -> (events: [Event], bytes: [UInt8]) {
    var events: [Event] = []
    var bytes: [UInt8] = []
    var last = tail.last
    let now = clock.now()
    for (type, fields) in contents {
      var at = now
      if let last, at <= last.at { at = Timestamp(microseconds: last.at.microseconds &+ 1) }
      // Time must be readable again: the text form ends with the year 9999.
      guard Timestamp(at.description) == at else { throw .timeExhausted(tail.writer) }
      let (event, line) = Event.encode(
        type: type, fields: fields, at: at, writer: tail.writer, previous: last?.id)
      guard line.count <= Event.maximumLineLength + 1 else {
        throw .lineTooLong(type: type, size: line.count - 1, limit: Event.maximumLineLength)
      }
      bytes += line
      guard bytes.count <= Self.maximumBatchSize else {
        throw .batchTooLarge(size: bytes.count, limit: Self.maximumBatchSize)
      }
      events.append(event)
      last = (event.id, event.at)
    }
    return (events, bytes)
  }

  private func write(_ bytes: [UInt8], to tail: inout ActiveSegment, durable: Bool) throws(JournalError) {
    let isNew = tail.size == 0
    let start = tail.size
    let path = tail.path
    let writerFolder = tail.folder
    try journaling { () throws(SystemCallError) in
      if isNew { try FileOperations.createFolder(writerFolder) }
      try attempting("append to", path) {
        let descriptor = try Self.openToAppend(path)
        do {
          _ = try descriptor.writeAll(bytes)
          if durable { try FileOperations.synchronize(descriptor, path) }
          // Whether or not these events must last: later ones that must find the segment there already.
          if isNew {
            try FileOperations.synchronizeFolder(writerFolder)
            try FileOperations.synchronizeFolder(writerFolder.removingLastComponent())
          }
        } catch {
          try? descriptor.resize(to: start)  // if this fails too, the next append sets the rest aside
          try? descriptor.close()  // the failure that matters is being reported
          throw error
        }
        do {
          try descriptor.close()
        } catch  where !durable {
          // What is on the disk stays, whatever closing says of it; else some of it may be lost (close(2)).
          let again = try Self.openToAppend(path)
          try again.closeAfter { try again.resize(to: start) }
          throw error
        } catch {}
      }
    }
    tail.size += Int64(bytes.count)
  }

  private static func openToAppend(_ path: FilePath) throws -> FileDescriptor {
    try FileDescriptor.open(
      path, .writeOnly, options: [.create, .append, .closeOnExec], permissions: FilePermissions(rawValue: 0o644))
  }

  // MARK: Reading

  /// The writers that have a folder here, sorted.
  public func writers() throws(JournalError) -> [WriterID] {
    let names: [FilePath.Component]
    do throws(SystemCallError) {
      names = try FileOperations.names(in: journalFolder)
    } catch {
      if error.errno == .noSuchFileOrDirectory { throw .missing(folder) }
      throw .system(error)
    }
    return names.compactMap { WriterID(hex: $0.string) }.sorted()
  }

  /// How far each writer's events reach, by names and sizes alone, sorted by writer.
  public func tails() throws(JournalError) -> [JournalTail] {
    var tails: [JournalTail] = []
    for writer in try writers() { tails.append(try tail(of: writer)) }
    return tails
  }

  private func tail(of writer: WriterID) throws(JournalError) -> JournalTail {
    while true {
      let segments = try SegmentList(folder(of: writer))
      let closedThrough = segments.closedThrough
      guard let first = segments.active.last else {
        return JournalTail(writer: writer, closedThrough: closedThrough, activeFirst: nil, activeSize: 0)
      }
      let path = segments.path(SegmentName(first: first, last: nil))
      let status = try journaling { () throws(SystemCallError) in try FileStatus(at: path) }
      if let status {
        return JournalTail(
          writer: writer, closedThrough: closedThrough, activeFirst: first, activeSize: status.size)
      }
      // It was closed since the folder was listed; each time round, another segment has been filled.
    }
  }

  /// The writer that this clone appends as; nil before its first append or where the folder was copied since.
  public func ownWriter() throws(JournalError) -> WriterID? {
    guard let noted = try WriterIdentity(in: folder) else { return nil }
    return noted.isSamePlace(as: try WriterIdentity(drawnIn: folder, host: host)) ? noted.writer : nil
  }

  /// Reads one writer's events after a position, in the order of the chain, holding one at a time.
  ///
  /// - Parameters:
  ///   - writer: the writer.
  ///   - position: where an earlier read ended.
  ///   - body: takes each event, or why a place in the chain has none, with the position after it.
  /// - Throws: ``JournalError`` if the files can't be read, and what `body` throws.
  public func read(
    writer: WriterID, from position: JournalPosition = .start,
    _ body: (Result<Event, EventError>, JournalPosition) throws -> Void
  ) throws {
    try withoutActuallyEscaping(body) { body in
      var reader = JournalReader(folder: folder(of: writer), writer: writer, from: position, body)
      try reader.run()
    }
  }

  /// Reads every line of every writer and tells what is wrong.
  ///
  /// - Returns: the problems, by writer, in the order of the chains.
  public func verify() throws(JournalError) -> [JournalProblem] {
    var problems: [JournalProblem] = []
    for writer in try writers() { try verify(writer, &problems) }
    return problems
  }

  private func verify(_ writer: WriterID, _ problems: inout [JournalProblem]) throws(JournalError) {
    for file in try SegmentList(folder(of: writer)).torn { problems.append(.setAside(writer, file: file)) }
    var last: (id: ContentID, at: Timestamp)?
    var isBroken = false
    do {
      var found: [JournalProblem] = []
      try withoutActuallyEscaping({ (element: Result<Event, EventError>, position: JournalPosition) in
        switch element {
        case .failure(let error):
          found.append(.unusable(writer, sequence: position.sequence, error))
          // What follows names an event that can't be read here.
          isBroken = true
        case .success(let event):
          if !isBroken, event.previous != last?.id {
            found.append(.brokenChain(writer, sequence: position.sequence, id: event.id))
          }
          if let last, event.at <= last.at {
            found.append(.timeWentBack(writer, sequence: position.sequence, id: event.id))
          }
          last = (event.id, event.at)
          isBroken = false
        }
      }) { body in
        var reader = JournalReader(folder: folder(of: writer), writer: writer, from: .start, body)
        try reader.run()
        if reader.tornBytes > 0 { found.append(.tornTail(writer, bytes: reader.tornBytes)) }
      }
      problems += found
    } catch let error as JournalError {
      throw error
    } catch {
      preconditionFailure("reading a journal fails with a JournalError, not with \(error)")
    }
  }
}

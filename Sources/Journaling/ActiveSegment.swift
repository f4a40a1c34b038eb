internal import MLTBase
internal import SystemPackage

/// The end of a writer's chain: the segment to append to and the event to follow.
///
/// Found and used only while the journal's lock is held.
struct ActiveSegment {
  let writer: WriterID
  let folder: FilePath
  /// The number of the segment's first event.
  var first: Int64
  /// The segment's size; 0 if there is no file yet.
  var size: Int64
  /// The writer's last event; nil before its first.
  var last: (id: ContentID, at: Timestamp)?

  /// The segment's file.
  var path: FilePath { folder.appending(SegmentName(first: first, last: nil).name) }

  /// Finds the end of a writer's chain, setting aside what a crash left behind it.
  init(
    of writer: WriterID, in folder: FilePath, notices: inout [JournalNotice]
  ) throws(JournalError) {
    self.writer = writer
    self.folder = folder
    let exists = try journaling { () throws(SystemCallError) in try FileStatus(at: folder) } != nil
    guard exists else {
      first = 1
      size = 0
      last = nil
      return
    }
    var segments = try SegmentList(folder)
    if !segments.stale.isEmpty {
      for first in segments.stale { try Self.finishClosing(first, in: segments, writer: writer, &notices) }
      segments = try SegmentList(folder)
    }
    first = segments.active.last ?? segments.closedThrough + 1
    size = 0
    last = nil
    if segments.active.last != nil { try readTail(&notices) }
    guard last == nil, segments.closedThrough > 0,
      let before = segments.closed.first(where: { $0.last == segments.closedThrough })
    else { return }
    last = try lastEvent(ofClosed: SegmentName(first: before.first, last: before.last), in: segments)
  }

  // Removes an active segment whose closed twin is in place, as a crash between the two leaves it.
  private static func finishClosing(
    _ first: Int64, in segments: SegmentList, writer: WriterID, _ notices: inout [JournalNotice]
  ) throws(JournalError) {
    let path = segments.path(SegmentName(first: first, last: nil))
    guard let twin = segments.closed.first(where: { $0.first == first }) else { return }
    let closed = segments.path(SegmentName(first: twin.first, last: twin.last))
    let sizes = try journaling { () throws(SystemCallError) in
      (try FileStatus(at: path)?.size, try SegmentCloser.unpackedSize(of: closed))
    }
    guard let size = sizes.0 else { return }
    if size & 0xFFFF_FFFF == sizes.1 {
      // Readers pass it over, so that one which can't be removed is no reason not to append.
      try? FileOperations.remove(path)
    } else {
      let file = try freeTornName(segments.folder)
      try journaling { () throws(SystemCallError) in
        try FileOperations.rename(path, to: segments.folder.appending(file))
        try FileOperations.synchronizeFolder(segments.folder)
      }
      notices.append(.tornTailSetAside(writer, file: file, bytes: size))
    }
  }

  private static func freeTornName(_ folder: FilePath) throws(JournalError) -> String {
    let taken = Set(try SegmentList(folder).torn)
    var number = 1
    while taken.contains("torn-\(number)") { number += 1 }
    return "torn-\(number)"
  }

  private mutating func readTail(_ notices: inout [JournalNotice]) throws(JournalError) {
    let path = path
    let descriptor = try journaling { () throws(SystemCallError) in
      try attempting("open", path) { try FileDescriptor.open(path, .readWrite, options: [.closeOnExec]) }
    }
    defer { try? descriptor.close() }  // what was written is synced before, so closing has nothing to report
    let fileSize = try journaling { () throws(SystemCallError) in
      try FileStatus(of: descriptor, path: path).size
    }
    var end = fileSize
    while end > 0 {
      let tail = try line(endingAt: end, descriptor)
      if let line = tail.line, let event = try? Event(line: line), event.writer == writer {
        last = (event.id, event.at)
        break
      }
      end = tail.start
    }
    size = end
    guard end < fileSize else { return }
    try setAside(from: end, to: fileSize, descriptor, &notices)
  }

  // The line before `end` and where it starts; no line if what stands there has no newline or is too long.
  private func line(
    endingAt end: Int64, _ descriptor: FileDescriptor
  ) throws(JournalError) -> (line: [UInt8]?, start: Int64) {
    var window: Int64 = 64 * 1024
    while true {
      let from = max(0, end - window)
      let bytes = try read(descriptor, from: from, to: end)
      let isTerminated = bytes.last == UInt8(ascii: "\n")
      let content = isTerminated ? bytes.dropLast() : bytes[...]
      if let newline = content.lastIndex(of: UInt8(ascii: "\n")) {
        return (isTerminated ? Array(content[(newline + 1)...]) : nil, from + Int64(newline) + 1)
      }
      if from == 0 { return (isTerminated ? Array(content) : nil, 0) }
      // A line longer than any event is passed over window by window.
      if content.count > Event.maximumLineLength + 1 { return (nil, from) }
      window *= 4
    }
  }

  private func read(_ descriptor: FileDescriptor, from: Int64, to end: Int64) throws(JournalError) -> [UInt8] {
    let path = path
    var bytes = [UInt8](repeating: 0, count: Int(end - from))
    var filled = 0
    while filled < bytes.count {
      let count = try journaling { () throws(SystemCallError) in
        try attempting("read", path) {
          try bytes.withUnsafeMutableBytes {
            try descriptor.read(
              fromAbsoluteOffset: from + Int64(filled), into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
          }
        }
      }
      guard count > 0 else { throw .system(SystemCallError("read", path, .ioError)) }
      filled += count
    }
    return bytes
  }

  private func setAside(
    from start: Int64, to end: Int64, _ descriptor: FileDescriptor, _ notices: inout [JournalNotice]
  ) throws(JournalError) {
    let file = try Self.freeTornName(folder)
    let target = folder.appending(file)
    let limit = Int64(512) << 20
    // Bytes beyond the limit are no batch of ours; what is kept of them is enough for a look.
    let bytes = try read(descriptor, from: start, to: min(end, start + limit))
    let path = path
    try journaling { () throws(SystemCallError) in
      try FileOperations.replace(target, with: bytes)
      try attempting("cut", path) { try descriptor.resize(to: start) }
      try FileOperations.synchronize(descriptor, path)
    }
    notices.append(.tornTailSetAside(writer, file: file, bytes: end - start))
  }

  private func lastEvent(
    ofClosed segment: SegmentName, in segments: SegmentList
  ) throws(JournalError) -> (id: ContentID, at: Timestamp)? {
    let path = segments.path(segment)
    do throws(ByteSourceError) {
      let lines = LineReader(try GzipSource(path))
      var last: [UInt8] = []
      while case .line(let line) = try lines.next() { last = line }
      guard let event = try? Event(line: last), event.writer == writer else { throw .damaged }
      return (event.id, event.at)
    } catch {
      switch error {
      case .system(let error): throw .system(error)
      case .damaged: throw .damagedSegment(path)
      }
    }
  }
}

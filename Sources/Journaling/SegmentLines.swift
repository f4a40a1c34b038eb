internal import MLTBase
internal import SystemPackage

/// One writer's lines as they are in the files, from a number on.
struct SegmentLines {
  private static let maximumRefreshes = 4

  private let folder: FilePath
  private var segments: SegmentList
  private var open: (segment: SegmentName, lines: LineReader)?
  private var next: Int64
  private var refreshes = 0

  /// Starts before the event `first`.
  init(_ folder: FilePath, from first: Int64) throws(JournalError) {
    self.folder = folder
    next = first
    segments = try SegmentList(folder)
  }

  /// Returns the next line, nil at the end, at a gap, or where the files are damaged.
  mutating func nextLine() throws(JournalError) -> [UInt8]? {
    while true {
      if let (segment, lines) = open {
        if segment.last.map({ next > $0 }) != true, case .line(let line)? = try line(of: lines) {
          next += 1
          return line
        }
        open = nil
        if let last = segment.last, next <= last { return nil }
        segments = try SegmentList(folder)
        if segment.last == nil, segments.segment(from: next)?.segment == segment { return nil }
      }
      guard let (segment, start) = segments.segment(from: next), start == next,
        let lines = try openSegment(segment)
      else {
        // A segment that was closed since the folder was listed has another name.
        guard refreshes < Self.maximumRefreshes else { return nil }
        refreshes += 1
        segments = try SegmentList(folder)
        continue
      }
      for _ in 0..<(next - segment.first) {
        guard case .line? = try line(of: lines) else { return nil }
      }
      open = (segment, lines)
    }
  }

  // Nil for damage.
  private func line(of lines: LineReader) throws(JournalError) -> LineReader.Next? {
    do throws(ByteSourceError) {
      return try lines.next()
    } catch {
      if case .system(let cause) = error { throw .system(cause) }
      return nil
    }
  }

  // Nil if the segment is gone.
  private func openSegment(_ segment: SegmentName) throws(JournalError) -> LineReader? {
    let path = segments.path(segment)
    do throws(ByteSourceError) {
      if segment.last != nil { return LineReader(try GzipSource(path)) }
      do throws(SystemCallError) {
        return LineReader(try FileSource(path))
      } catch {
        throw .system(error)
      }
    } catch {
      switch error {
      case .system(let cause) where cause.errno == .noSuchFileOrDirectory: return nil
      case .system(let cause): throw .system(cause)
      case .damaged: return nil
      }
    }
  }
}

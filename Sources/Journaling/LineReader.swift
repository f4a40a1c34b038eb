internal import Glibc
internal import MLTBase

/// Cuts a segment's bytes into lines, holding no more than the longest line.
final class LineReader {
  /// What comes next in a segment.
  enum Next {
    /// A whole line, without its newline.
    case line([UInt8])
    /// A line longer than ``Event/maximumLineLength``, which was passed over.
    case tooLong
    /// The end, after so many bytes without a newline.
    case end(unterminated: Int64)
  }

  private let source: any ByteSource
  private var buffer = [UInt8](repeating: 0, count: 256 * 1024)
  private var start = 0
  private var end = 0
  /// The bytes of the segment up to and with the last line that ``next()`` gave.
  private(set) var offset: Int64

  /// Reads from a source that stands at `offset` of its segment.
  init(_ source: any ByteSource, offset: Int64 = 0) {
    self.source = source
    self.offset = offset
  }

  /// Passes over bytes without looking at them.
  func skip(_ count: Int64) throws(ByteSourceError) {
    var left = count
    while left > 0 {
      if start == end, try !fill() { return }
      let step = Int(min(left, Int64(end - start)))
      start += step
      left -= Int64(step)
      offset += Int64(step)
    }
  }

  /// Takes the next line.
  func next() throws(ByteSourceError) -> Next {
    var searched = start
    var dropped: Int64 = 0
    while true {
      if let newline = newline(from: searched) {
        let length = Int64(newline - start)
        let line = dropped == 0 ? Next.line(Array(buffer[start..<newline])) : .tooLong
        start = newline + 1
        offset += dropped + length + 1
        return line
      }
      if end - start > Event.maximumLineLength {
        dropped += Int64(end - start)
        start = end
      }
      let pending = end - start
      guard try fill() else { return .end(unterminated: dropped + Int64(pending)) }
      searched = start + pending
    }
  }

  private func newline(from index: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard index < end, let base = bytes.baseAddress,
        let found = memchr(base + index, 0x0A, end - index)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  // Reads more behind what is pending, which moves to the front; false at the end.
  private func fill() throws(ByteSourceError) -> Bool {
    if start > 0 {
      let pending = end - start
      buffer.withUnsafeMutableBytes { bytes in
        if let base = bytes.baseAddress { memmove(base, base + start, pending) }
      }
      start = 0
      end = pending
    }
    if end == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
    let from = end
    let count = try buffer.withUnsafeMutableBufferPointer { bytes throws(ByteSourceError) in
      try source.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[from...]))
    }
    end += count
    return count > 0
  }
}

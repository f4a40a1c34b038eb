/// The rows of a text of JSON objects: one a line, one after the other, or the elements of an array.
///
/// An object within an object is taken apart, its members are columns called `outer.inner`; a list is one cell.
struct RecordRows {
  private static let recordLimit = 16 << 20
  /// How deep objects are taken apart.
  private static let depth = 8

  /// One key at its place, with the keys below it.
  private struct Node {
    var name: String
    var column: Int?
    var keys: [[UInt8]] = []
    var nodes: [Int] = []
    var places: [[UInt8]: Int] = [:]
    /// The key that followed the one at the same position, the last time.
    var cursor = 0
  }

  private enum Outcome {
    case end(Int)
    case incomplete
    case malformed(Int)
  }

  private let columnLimit: Int
  private var nodes = [Node(name: "", column: nil)]
  private var scratch: [UInt8] = []
  private var buffer: [UInt8] = []
  private var position = 0

  /// The names of the columns that occurred.
  private(set) var names: [String] = []
  /// How many rows were read.
  private(set) var count: Int64 = 0
  /// How many bytes the rows take.
  private(set) var byteCount: Int64 = 0
  /// Whether there were more columns than are told apart.
  private(set) var hasMoreColumns = false

  init(columnLimit: Int) {
    self.columnLimit = columnLimit
  }

  /// Passes the records of a stream on; one in which the stream is cut off is passed over.
  ///
  /// - Parameters:
  ///   - isInside: whether the stream begins anywhere in a file of lines: the first line is passed over.
  ///   - isArray: whether the records are elements of one array.
  /// - Returns: whether the sink wants more.
  mutating func read(
    _ stream: any ByteStream, isInside: Bool, isArray: Bool, into sink: inout some RowSink
  ) throws -> Bool {
    buffer = []
    position = 0
    var isLast = false
    var isOpen = !isArray
    if isInside {
      guard let rest = try stream.restAfterLine() else { return true }
      buffer = rest
    }
    while true {
      skipBlanks()
      if position < buffer.count, isArray {
        let byte = buffer[position]
        if !isOpen {
          guard byte == UInt8(ascii: "[") else { throw ContentProblem.malformedRecord(1, byte: 0) }
          isOpen = true
          position += 1
          continue
        }
        if byte == UInt8(ascii: "]") { return true }
        if byte == UInt8(ascii: ",") {
          position += 1
          continue
        }
      }
      let outcome: Outcome =
        position < buffer.count ? record(isLast: isLast, into: &sink) : isLast ? .end(position) : .incomplete
      switch outcome {
      case .end(let end):
        // An array that isn't closed.
        if position >= buffer.count {
          guard !isArray || stream.isCut else { throw ContentProblem.malformedRecord(count + 1, byte: 0) }
          return true
        }
        byteCount += Int64(end - position)
        position = end
        count += 1
        if !sink.endRow() { return false }
      case .malformed(let place):
        if isLast, stream.isCut { return true }
        throw ContentProblem.malformedRecord(count + 1, byte: place - position)
      case .incomplete:
        if isLast {
          if stream.isCut { return true }
          throw ContentProblem.malformedRecord(count + 1, byte: buffer.count - position)
        }
        guard buffer.count - position <= Self.recordLimit else { throw ContentProblem.endlessRecord(count + 1) }
        buffer.removeFirst(position)
        position = 0
        let wanted = max(1, buffer.count)
        var added = 0
        while added < wanted, !isLast {
          if let block = try stream.next() {
            if buffer.isEmpty { buffer = block } else { buffer += block }
            added += block.count
          } else {
            isLast = true
          }
        }
      }
    }
  }

  private mutating func skipBlanks() {
    while position < buffer.count {
      switch buffer[position] {
      case 32, 9, 10, 13: position += 1
      default: return
      }
    }
  }

  // MARK: One record

  // The record is gone through twice: that it is whole is known before its first cell is passed on.
  private mutating func record(isLast: Bool, into sink: inout some RowSink) -> Outcome {
    guard buffer[position] == UInt8(ascii: "{") else { return .malformed(position) }
    let start = position
    let bytes = buffer
    return bytes.withUnsafeBufferPointer { bytes in
      let end: Int
      switch JSONSkim.end(of: bytes, from: start) {
      case .at(let found): end = found
      case .incomplete: return .incomplete
      case .malformed(let place): return .malformed(place)
      }
      var index = start
      if let place = object(bytes, &index, end, 0, Self.depth, &sink) { return .malformed(place) }
      return .end(end)
    }
  }

  /// Passes the members of the object at `index` on; returns the place of a fault.
  private mutating func object(
    _ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ end: Int, _ node: Int, _ depth: Int,
    _ sink: inout some RowSink
  ) -> Int? {
    index += 1
    nodes[node].cursor = 0
    JSONSkim.skipBlanks(bytes, &index, end)
    if index < end, bytes[index] == UInt8(ascii: "}") {
      index += 1
      return nil
    }
    while index < end {
      JSONSkim.skipBlanks(bytes, &index, end)
      guard index < end, bytes[index] == UInt8(ascii: "\""), let close = JSONSkim.stringEnd(bytes, index, end) else {
        return index
      }
      let key = UnsafeBufferPointer(rebasing: bytes[(index + 1)..<(close - 1)])
      index = close
      JSONSkim.skipBlanks(bytes, &index, end)
      guard index < end, bytes[index] == UInt8(ascii: ":") else { return index }
      index += 1
      JSONSkim.skipBlanks(bytes, &index, end)
      guard index < end else { return index }
      let child = self.child(of: node, key)
      if bytes[index] == UInt8(ascii: "{"), depth > 0, let child {
        if let place = object(bytes, &index, end, child, depth - 1, &sink) { return place }
      } else if let place = value(bytes, &index, end, child, &sink) {
        return place
      }
      JSONSkim.skipBlanks(bytes, &index, end)
      guard index < end else { return index }
      if bytes[index] == UInt8(ascii: "}") {
        index += 1
        return nil
      }
      guard bytes[index] == UInt8(ascii: ",") else { return index }
      index += 1
    }
    return index
  }

  private mutating func value(
    _ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ end: Int, _ node: Int?, _ sink: inout some RowSink
  ) -> Int? {
    let start = index
    let value: CellValue
    var text: UnsafeBufferPointer<UInt8>
    switch bytes[index] {
    case UInt8(ascii: "\""):
      guard let close = JSONSkim.stringEnd(bytes, index, end) else { return index }
      index = close
      text = UnsafeBufferPointer(rebasing: bytes[(start + 1)..<(close - 1)])
      guard let column = column(of: node, &sink) else { return nil }
      if text.contains(UInt8(ascii: "\\")) {
        scratch = JSONSkim.unescaped(text)
        scratch.withUnsafeBufferPointer { sink.cell(column, JSONSkim.textValue($0), $0) }
      } else {
        sink.cell(column, JSONSkim.textValue(text), text)
      }
      return nil
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard case .at(let close) = JSONSkim.end(of: bytes, from: index), close <= end else { return index }
      index = close
      value = .nested
      text = UnsafeBufferPointer(rebasing: bytes[start..<close])
    default:
      while index < end, !JSONSkim.isDelimiter(bytes[index]) { index += 1 }
      text = UnsafeBufferPointer(rebasing: bytes[start..<index])
      guard let scalar = JSONSkim.scalar(text) else { return start }
      value = scalar
    }
    if let column = column(of: node, &sink) { sink.cell(column, value, text) }
    return nil
  }

  // MARK: Columns

  /// The node of a key below another; nil if there are too many.
  private mutating func child(of node: Int, _ key: UnsafeBufferPointer<UInt8>) -> Int? {
    let cursor = nodes[node].cursor
    if cursor < nodes[node].keys.count, nodes[node].keys[cursor].elementsEqual(key) {
      nodes[node].cursor = cursor + 1
      return nodes[node].nodes[cursor]
    }
    let name = Array(key)
    if let place = nodes[node].places[name] {
      nodes[node].cursor = place + 1
      return nodes[node].nodes[place]
    }
    guard nodes.count <= 2 * columnLimit else {
      hasMoreColumns = true
      return nil
    }
    let text = String(decoding: name.contains(UInt8(ascii: "\\")) ? JSONSkim.unescaped(key) : name, as: UTF8.self)
    let parent = nodes[node].name
    nodes.append(Node(name: node == 0 ? text : "\(parent).\(text)", column: nil))
    nodes[node].places[name] = nodes[node].keys.count
    nodes[node].keys.append(name)
    nodes[node].nodes.append(nodes.count - 1)
    nodes[node].cursor = nodes[node].keys.count
    return nodes.count - 1
  }

  private mutating func column(of node: Int?, _ sink: inout some RowSink) -> Int? {
    guard let node else { return nil }
    if let column = nodes[node].column { return column }
    guard names.count < columnLimit else {
      hasMoreColumns = true
      return nil
    }
    nodes[node].column = names.count
    names.append(nodes[node].name)
    sink.column(nodes[node].name)
    return names.count - 1
  }
}

/// A value in Thrift's compact protocol, as Parquet describes itself in.
indirect enum ThriftValue {
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case bytes([UInt8])
  case list([ThriftValue])
  case structure([(id: Int, value: ThriftValue)])

  subscript(id: Int) -> ThriftValue? {
    guard case .structure(let fields) = self else { return nil }
    return fields.first { $0.id == id }?.value
  }

  var int: Int64? { if case .int(let value) = self { value } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var list: [ThriftValue]? { if case .list(let values) = self { values } else { nil } }
  var text: String? { if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil } }
}

/// Reads Thrift's compact protocol; what it builds is no larger than a few times the bytes.
struct ThriftReader {
  private static let depthLimit = 32

  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads a structure; nil if the bytes end before it does or aren't one.
  mutating func structure(depth: Int = 0) -> ThriftValue? {
    guard depth < Self.depthLimit else { return nil }
    var fields: [(id: Int, value: ThriftValue)] = []
    var last = 0
    while true {
      guard let header = byte() else { return nil }
      if header == 0 { return .structure(fields) }
      let delta = Int(header >> 4)
      if delta == 0 {
        guard let id = signed(), let short = Int16(exactly: id) else { return nil }
        last = Int(short)
      } else {
        last += delta
      }
      guard let value = value(header & 15, depth: depth + 1) else { return nil }
      fields.append((last, value))
    }
  }

  private mutating func value(_ type: UInt8, depth: Int) -> ThriftValue? {
    guard depth < Self.depthLimit else { return nil }
    switch type {
    case 1: return .bool(true)
    case 2: return .bool(false)
    case 3: return byte().map { .int(Int64(Int8(bitPattern: $0))) }
    case 4, 5, 6: return signed().map { .int($0) }
    case 7:
      guard bytes.count - position >= 8 else { return nil }
      var bits: UInt64 = 0
      for index in 0..<8 { bits |= UInt64(bytes[position + index]) << UInt64(8 * index) }
      position += 8
      return .double(Double(bitPattern: bits))
    case 8:
      guard let count = unsigned(), count <= UInt64(bytes.count - position) else { return nil }
      defer { position += Int(count) }
      return .bytes(Array(bytes[position..<(position + Int(count))]))
    case 9, 10: return list(depth: depth)
    case 11: return map(depth: depth)
    case 12: return structure(depth: depth)
    default: return nil
    }
  }

  private mutating func list(depth: Int) -> ThriftValue? {
    guard let header = byte() else { return nil }
    var count = UInt64(header >> 4)
    if count == 15 {
      guard let long = unsigned() else { return nil }
      count = long
    }
    // Each element has at least a byte.
    guard count <= UInt64(bytes.count - position) else { return nil }
    var values: [ThriftValue] = []
    let type = header & 15
    for _ in 0..<count {
      if type == 1 || type == 2 {
        guard let flag = byte() else { return nil }
        values.append(.bool(flag == 1))
      } else {
        guard let value = value(type, depth: depth + 1) else { return nil }
        values.append(value)
      }
    }
    return .list(values)
  }

  // Maps aren't used for anything that is asked for; they are passed over.
  private mutating func map(depth: Int) -> ThriftValue? {
    guard let count = unsigned() else { return nil }
    guard count > 0 else { return .list([]) }
    guard count <= UInt64(bytes.count - position), let types = byte() else { return nil }
    for _ in 0..<count {
      guard value(types >> 4, depth: depth + 1) != nil, value(types & 15, depth: depth + 1) != nil else { return nil }
    }
    return .list([])
  }

  private mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    position += 1
    return bytes[position - 1]
  }

  private mutating func unsigned() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = byte() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }

  private mutating func signed() -> Int64? {
    unsigned().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
  }
}

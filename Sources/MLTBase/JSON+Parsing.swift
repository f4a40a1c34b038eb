/// What is wrong with a JSON text.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of fault.
  public enum Reason: Hashable, Sendable {
    /// A byte that can't stand there, or the text ends too early.
    case unexpected
    /// A string isn't valid UTF-8 or holds half a surrogate pair.
    case invalidText
    /// A number is too large for a finite value.
    case numberOutOfRange
    /// A key occurs twice in an object.
    case duplicateKey
    /// Arrays and objects are nested deeper than ``JSON/maximumDepth``.
    case tooDeep
  }

  /// The kind of fault.
  public let reason: Reason
  /// The byte offset where it was found.
  public let offset: Int

  /// Takes the facts of the fault.
  public init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// A lower-case phrase for messages.
  public var description: String {
    switch reason {
    case .unexpected: "unexpected character at byte \(offset)"
    case .invalidText: "text at byte \(offset) is not valid Unicode"
    case .numberOutOfRange: "number at byte \(offset) is out of range"
    case .duplicateKey: "key before byte \(offset) occurs twice"
    case .tooDeep: "nested too deep at byte \(offset)"
    }
  }
}

extension JSON {
  /// How deep arrays and objects may be nested.
  public static let maximumDepth = 128

  /// Reads one JSON text (RFC 8259, UTF-8, no byte order mark), refusing duplicate keys and deep nesting.
  public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// Reads one JSON text.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    let result = bytes.withUnsafeBytes { buffer in Result { () throws(JSONError) in try JSON(parsing: buffer) } }
    self = try result.get()
  }

  /// Reads one JSON text.
  public init(parsing text: String) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }
}

private struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  var offset = 0

  init(bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func document() throws(JSONError) -> JSON {
    let value = try value(depth: 0)
    skipWhitespace()
    guard offset == bytes.count else { throw failure(.unexpected) }
    return value
  }

  private func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: offset) }

  private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipWhitespace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ literal: StaticString) throws(JSONError) {
    for index in 0..<literal.utf8CodeUnitCount {
      guard current == literal.utf8Start[index] else { throw failure(.unexpected) }
      offset += 1
    }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard depth <= JSON.maximumDepth else { throw failure(.tooDeep) }
    skipWhitespace()
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try expect("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try expect("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try expect("null")
      return .null
    default: return try number()
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSON] {
    offset += 1
    var values: [JSON] = []
    skipWhitespace()
    if take("]") { return values }
    while true {
      values.append(try value(depth: depth + 1))
      skipWhitespace()
      if take("]") { return values }
      guard take(",") else { throw failure(.unexpected) }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    offset += 1
    var members: [JSONObject.Member] = []
    var sorted = true
    skipWhitespace()
    if take("}") { return JSONObject() }
    while true {
      skipWhitespace()
      guard current == UInt8(ascii: "\"") else { throw failure(.unexpected) }
      let key = try string()
      skipWhitespace()
      guard take(":") else { throw failure(.unexpected) }
      let value = try value(depth: depth + 1)
      if let last = members.last, !JSONObject.precedes(last.key, key) { sorted = false }
      members.append(JSONObject.Member(key: key, value: value))
      skipWhitespace()
      if take("}") { break }
      guard take(",") else { throw failure(.unexpected) }
    }
    if !sorted {
      members.sort { JSONObject.precedes($0.key, $1.key) }
      for (left, right) in zip(members, members.dropFirst()) where left.key.utf8.elementsEqual(right.key.utf8) {
        throw failure(.duplicateKey)
      }
    }
    return JSONObject(sorted: members)
  }

  private mutating func string() throws(JSONError) -> String {
    offset += 1
    let start = offset
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
    if current == UInt8(ascii: "\"") {
      guard let text = String(validating: bytes[start..<offset], as: UTF8.self) else { throw failure(.invalidText) }
      offset += 1
      return text
    }
    var unescaped = Array(bytes[start..<offset])
    while let byte = current {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: unescaped, as: UTF8.self) else { throw failure(.invalidText) }
        return text
      case UInt8(ascii: "\\"): try escape(into: &unescaped)
      case 0..<0x20: throw failure(.unexpected)
      default: unescaped.append(byte)
      }
    }
    throw failure(.unexpected)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = current else { throw failure(.unexpected) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if (0xD800..<0xDC00).contains(code) {
        try expect("\\u")
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw failure(.invalidText) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure(.invalidText) }
      text += String(Character(scalar)).utf8
    default: throw failure(.unexpected)
    }
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    guard offset + 4 <= bytes.count else { throw failure(.unexpected) }
    var code: UInt32 = 0
    for _ in 0..<4 {
      let character = Character(UnicodeScalar(bytes[offset]))
      guard character.isASCII, let digit = character.hexDigitValue else { throw failure(.unexpected) }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }

  private mutating func digits() -> Int {
    let start = offset
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    return offset - start
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = offset
    _ = take("-")
    let first = current
    let whole = digits()
    guard whole > 0, whole == 1 || first != UInt8(ascii: "0") else { throw failure(.unexpected) }
    var isWhole = true
    if take(".") {
      isWhole = false
      guard digits() > 0 else { throw failure(.unexpected) }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      guard digits() > 0 else { throw failure(.unexpected) }
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isWhole, let value = Int64(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else { throw failure(.numberOutOfRange) }
    return .double(value)
  }
}

/// Reads JSON as Python does, members in the order in which they are written.
struct JSONReader {
  private var cursor: TextCursor
  private var count = 0

  /// Reads one value.
  static func read(_ text: String, file: String) throws(PipelineProblem) -> PipelineValue {
    var reader = JSONReader(cursor: TextCursor(text, file: file))
    let value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.cursor.isAtEnd else { throw reader.cursor.failure("nothing may follow the value") }
    return value
  }

  private init(cursor: TextCursor) {
    self.cursor = cursor
  }

  private mutating func skipBlanks() {
    cursor.skip { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
  }

  private mutating func value(depth: Int) throws(PipelineProblem) -> PipelineValue {
    skipBlanks()
    count += 1
    guard depth <= YAMLReader.depthLimit, count <= YAMLReader.countLimit else {
      throw PipelineProblem(file: cursor.file, at: cursor.position(), .tooComplex)
    }
    switch cursor.current {
    case UInt8(ascii: "{"): return .map(try object(depth: depth))
    case UInt8(ascii: "["): return .list(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    default: break
    }
    if cursor.take("true") { return .bool(true) }
    if cursor.take("false") { return .bool(false) }
    if cursor.take("null") { return .null }
    if cursor.take("NaN") { return .double(.nan) }
    if cursor.take("Infinity") { return .double(.infinity) }
    if cursor.take("-Infinity") { return .double(-.infinity) }
    return try number()
  }

  private mutating func object(depth: Int) throws(PipelineProblem) -> PipelineMap {
    var map = PipelineMap()
    cursor.index += 1
    skipBlanks()
    if cursor.take("}") { return map }
    while true {
      skipBlanks()
      guard cursor.current == UInt8(ascii: "\"") else { throw cursor.failure("expected a key in double quotes") }
      let key = try string()
      skipBlanks()
      guard cursor.take(":") else { throw cursor.failure("expected ':'") }
      map[key] = try value(depth: depth + 1)
      skipBlanks()
      if cursor.take("}") { return map }
      guard cursor.take(",") else { throw cursor.failure("expected ',' or '}'") }
    }
  }

  private mutating func array(depth: Int) throws(PipelineProblem) -> [PipelineValue] {
    var values: [PipelineValue] = []
    cursor.index += 1
    skipBlanks()
    if cursor.take("]") { return values }
    while true {
      values.append(try value(depth: depth + 1))
      skipBlanks()
      if cursor.take("]") { return values }
      guard cursor.take(",") else { throw cursor.failure("expected ',' or ']'") }
    }
  }

  private mutating func number() throws(PipelineProblem) -> PipelineValue {
    let start = cursor.index
    let isNegative = cursor.take("-")
    let digitsStart = cursor.index
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    cursor.skip(while: isDigit)
    let digits = cursor.text(from: digitsStart)
    guard !digits.isEmpty, digits.utf8.count == 1 || digits.utf8.first != 0x30 else {
      throw cursor.failure("expected a value")
    }
    var isWhole = true
    if cursor.current == UInt8(ascii: "."), let next = cursor.peek(1), isDigit(next) {
      isWhole = false
      cursor.index += 1
      cursor.skip(while: isDigit)
    }
    if let byte = cursor.current, byte | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      cursor.index += 1
      if !cursor.take("+") { _ = cursor.take("-") }
      guard let next = cursor.current, isDigit(next) else { throw cursor.failure("expected digits") }
      cursor.skip(while: isDigit)
    }
    if isWhole, let value = WholeNumber.value(digits, base: 10, isNegative: isNegative) { return value }
    guard !isWhole, let value = Double(cursor.text(from: start)) else {
      throw cursor.failure("the number is too large")
    }
    return .double(value)
  }

  private mutating func string() throws(PipelineProblem) -> String {
    cursor.index += 1
    var text: [UInt8] = []
    while let byte = cursor.current {
      cursor.index += 1
      switch byte {
      case UInt8(ascii: "\""):
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw cursor.failure("a control character in a text")
      default: text.append(byte)
      }
    }
    throw cursor.failure("the text doesn't end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(PipelineProblem) {
    let byte = cursor.current
    cursor.index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte ?? 0)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      guard var code = cursor.hexadecimal(4) else { throw cursor.failure("expected four hexadecimal digits") }
      if (0xD800..<0xDC00).contains(code), cursor.take("\\u") {
        guard let low = cursor.hexadecimal(4), (0xDC00..<0xE000).contains(low) else {
          throw cursor.failure("half a character")
        }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw cursor.failure("half a character") }
      text += String(Character(scalar)).utf8
    default: throw cursor.failure("an unknown escape in a text")
    }
  }
}

/// Cuts a Python text into words; what it holds is never run.
struct PythonLexer {
  private var cursor: TextCursor
  private var indents = [0]
  // Brackets that are open: line ends in them count for nothing.
  private var depth = 0
  private var pendingDedents = 0
  private var isLineStart = true
  private var count = 0

  init(_ text: String, file: String) {
    cursor = TextCursor(text, file: file)
  }

  /// The problem of a text that isn't Python, at the current place.
  mutating func failure(_ words: String) -> PipelineProblem { cursor.failure(words) }

  /// The next word; at the end, always the end.
  mutating func next() throws(PipelineProblem) -> PythonToken {
    count += 1
    guard count <= 4 * YAMLReader.countLimit else {
      throw PipelineProblem(file: cursor.file, at: cursor.position(), .tooComplex)
    }
    if isLineStart, let token = try indentation() { return token }
    if pendingDedents > 0 {
      pendingDedents -= 1
      return .dedent
    }
    skipBlanks()
    while depth > 0, cursor.current == 0x0A || cursor.current == 0x0D {
      cursor.index += 1
      skipBlanks()
    }
    guard let byte = cursor.current else { return try atEnd() }
    switch byte {
    case 0x0A, 0x0D:
      cursor.index += 1
      isLineStart = true
      return .newline
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .literal(try string(prefix: "").map { .string($0) })
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    case UInt8(ascii: ".") where (0x30...0x39).contains(cursor.peek(1) ?? 0): return number()
    default: break
    }
    if Self.isNameByte(byte) {
      let start = cursor.index
      cursor.skip(while: Self.isNameByte)
      let name = cursor.text(from: start)
      if name.utf8.count <= 2, cursor.current == UInt8(ascii: "\"") || cursor.current == UInt8(ascii: "'"),
        name.lowercased().utf8.allSatisfy({ "rbuft".utf8.contains($0) })
      {
        return .literal(try string(prefix: name.lowercased()).map { .string($0) })
      }
      return .name(name)
    }
    return try sign(byte)
  }

  private mutating func atEnd() throws(PipelineProblem) -> PythonToken {
    guard depth == 0 else { throw cursor.failure("a bracket isn't closed") }
    if !isLineStart {
      isLineStart = true
      return .newline
    }
    return .end
  }

  // Blanks, a comment, lines that go on.
  private mutating func skipBlanks() {
    while true {
      cursor.skip { $0 == 0x20 || $0 == 0x09 || $0 == 0x0C }
      if cursor.current == UInt8(ascii: "#") { cursor.skip { $0 != 0x0A } }
      guard cursor.take("\\\n") || cursor.take("\\\r\n") else { return }
    }
  }

  private mutating func indentation() throws(PipelineProblem) -> PythonToken? {
    while true {
      var width = 0
      scan: while let byte = cursor.current {
        switch byte {
        case 0x20: width += 1
        case 0x09: width = (width / 8 + 1) * 8
        case 0x0C: width = 0
        default: break scan
        }
        cursor.index += 1
      }
      if cursor.current == UInt8(ascii: "#") { cursor.skip { $0 != 0x0A } }
      if cursor.current == 0x0A || cursor.current == 0x0D {
        cursor.index += 1
        continue
      }
      if cursor.isAtEnd { width = 0 }
      isLineStart = cursor.isAtEnd
      if let last = indents.last, width > last {
        guard indents.count <= YAMLReader.depthLimit else {
          throw PipelineProblem(file: cursor.file, at: cursor.position(), .tooComplex)
        }
        indents.append(width)
        return .indent
      }
      while let last = indents.last, last > width {
        indents.removeLast()
        pendingDedents += 1
      }
      guard indents.last == width else { throw cursor.failure("the line's indentation fits no block") }
      return nil
    }
  }

  private mutating func sign(_ byte: UInt8) throws(PipelineProblem) -> PythonToken {
    cursor.index += 1
    switch byte {
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      guard depth > 0 else { throw cursor.failure("a bracket isn't opened") }
      depth -= 1
    default: break
    }
    let isLong = cursor.current == UInt8(ascii: "=") && "=!<>+-*/%&|^@:".utf8.contains(byte)
    if isLong || (byte == UInt8(ascii: "-") && cursor.current == UInt8(ascii: ">")) {
      cursor.index += 1
      return .operation
    }
    return .sign(byte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  // MARK: Numbers

  private mutating func number() -> PythonToken {
    let start = cursor.index
    cursor.skip { Self.isNameByte($0) || $0 == UInt8(ascii: ".") }
    // The sign of an exponent belongs to it, but for hexadecimal digits.
    let isBased =
      cursor.bytes[start] == 0x30 && "xXoObB".utf8.contains(start + 1 < cursor.index ? cursor.bytes[start + 1] : 0)
    if !isBased, cursor.bytes[cursor.index - 1] | 0x20 == UInt8(ascii: "e"),
      cursor.current == UInt8(ascii: "-") || cursor.current == UInt8(ascii: "+")
    {
      cursor.index += 1
      cursor.skip(while: Self.isNameByte)
    }
    let text = cursor.text(from: start).filter { $0 != "_" }.lowercased()
    let whole: PipelineValue? =
      switch text.prefix(2) {
      case "0x": WholeNumber.value(text.dropFirst(2), base: 16, isNegative: false)
      case "0o": WholeNumber.value(text.dropFirst(2), base: 8, isNegative: false)
      case "0b": WholeNumber.value(text.dropFirst(2), base: 2, isNegative: false)
      default: WholeNumber.value(text, base: 10, isNegative: false)
      }
    if let whole { return .literal(whole) }
    guard !isBased, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || ".e+-".utf8.contains($0) }),
      let value = YAMLScalar.number(text)
    else { return .literal(nil) }
    return .literal(.double(value))
  }

  // MARK: Text

  private mutating func string(prefix: String) throws(PipelineProblem) -> String? {
    let quote = cursor.current ?? 0
    let isLong = cursor.take("\"\"\"") || cursor.take("'''")
    if !isLong { cursor.index += 1 }
    let isRaw = prefix.contains("r")
    var isValue = !prefix.contains { "bft".contains($0) }
    var bytes: [UInt8] = []
    while let byte = cursor.current {
      if byte == quote, !isLong || (cursor.peek(1) == quote && cursor.peek(2) == quote) {
        cursor.index += isLong ? 3 : 1
        return isValue ? String(validating: bytes, as: UTF8.self) : nil
      }
      cursor.index += 1
      if byte == UInt8(ascii: "\\") {
        if isRaw {
          bytes.append(byte)
          if let next = cursor.current {
            bytes.append(next)
            cursor.index += 1
          }
        } else {
          isValue = escape(into: &bytes) && isValue
        }
      } else if byte == 0x0A || byte == 0x0D, !isLong {
        throw cursor.failure("the text doesn't end")
      } else if byte == 0x0D {
        if cursor.current != 0x0A { bytes.append(0x0A) }
      } else {
        bytes.append(byte)
      }
    }
    throw cursor.failure("the text doesn't end")
  }

  // Returns false for what isn't known without Python's tables.
  private mutating func escape(into bytes: inout [UInt8]) -> Bool {
    guard let byte = cursor.current else { return true }
    cursor.index += 1
    switch byte {
    case 0x0A: break
    case 0x0D: _ = cursor.take("\n")
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(byte)
    case UInt8(ascii: "a"): bytes.append(0x07)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "v"): bytes.append(0x0B)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var code = UInt32(byte - 0x30)
      for _ in 0..<2 {
        guard let next = cursor.current, (0x30...0x37).contains(next) else { break }
        code = code * 8 + UInt32(next - 0x30)
        cursor.index += 1
      }
      return append(code, to: &bytes)
    case UInt8(ascii: "x"): return append(cursor.hexadecimal(2), to: &bytes)
    case UInt8(ascii: "u"): return append(cursor.hexadecimal(4), to: &bytes)
    case UInt8(ascii: "U"): return append(cursor.hexadecimal(8), to: &bytes)
    case UInt8(ascii: "N"): return false
    default: bytes += [UInt8(ascii: "\\"), byte]
    }
    return true
  }

  private func append(_ code: UInt32?, to bytes: inout [UInt8]) -> Bool {
    guard let scalar = code.flatMap(Unicode.Scalar.init) else { return false }
    bytes += String(Character(scalar)).utf8
    return true
  }
}

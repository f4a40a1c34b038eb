/// Compares texts line by line: the numbers in them as numbers, all else as it is.
enum TextComparison {
  /// Compares two texts; false if one isn't text.
  static func compare(_ before: [UInt8], _ after: [UInt8], _ difference: inout ContentDifference) -> Bool {
    guard isText(before), isText(after) else { return false }
    let (left, right) = (TextLines.of(before), TextLines.of(after))
    if left.count != right.count {
      difference.note("\(left.count) lines against \(right.count)")
    } else {
      difference.isReordered = TextLines.areReordered(left, right)
    }
    for (number, (mine, yours)) in zip(left, right).enumerated() {
      compare(mine, yours, number + 1, &difference)
    }
    return true
  }

  private static func isText(_ bytes: [UInt8]) -> Bool {
    !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
  }

  private static func compare(
    _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, _ line: Int, _ difference: inout ContentDifference
  ) {
    let (mine, yours) = (Words(left), Words(right))
    guard mine.rest == yours.rest, mine.numbers.count == yours.numbers.count else {
      return difference.note("line \(line)")
    }
    for (number, other) in zip(mine.numbers, yours.numbers) {
      difference.compare(number, other, at: "line \(line)")
    }
  }
}

/// A line's numbers, and what stands around them.
private struct Words {
  var numbers: [Double] = []
  var rest: [UInt8] = []

  init(_ line: ArraySlice<UInt8>) {
    var index = line.startIndex
    var isInWord = false
    while index < line.endIndex {
      // A digit within a word, as in `layer2`, names something.
      if !isInWord, let end = Self.number(in: line, from: index),
        let value = Double(String(decoding: line[index..<end], as: UTF8.self))
      {
        numbers.append(value)
        // What can't occur in text stands for the number.
        rest.append(0)
        index = end
        isInWord = true
        continue
      }
      let byte = line[index]
      rest.append(byte)
      index += 1
      // The dots of `v1.2.3` belong to the name.
      let isDot = byte == UInt8(ascii: ".") && isInWord && index < line.endIndex && Self.isDigit(line[index])
      isInWord = isDot || Self.isLetter(byte) || Self.isDigit(byte)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  /// The end of the number that begins at an index; nil if none does.
  private static func number(in line: ArraySlice<UInt8>, from start: Int) -> Int? {
    var index = start
    func skipDigits() -> Int {
      let begin = index
      while index < line.endIndex, isDigit(line[index]) { index += 1 }
      return index - begin
    }
    if line[index] == UInt8(ascii: "-") || line[index] == UInt8(ascii: "+") { index += 1 }
    guard skipDigits() > 0 else { return nil }
    if index + 1 < line.endIndex, line[index] == UInt8(ascii: "."), isDigit(line[index + 1]) {
      index += 1
      _ = skipDigits()
    }
    let mantissa = index
    if index < line.endIndex, line[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < line.endIndex, line[index] == UInt8(ascii: "-") || line[index] == UInt8(ascii: "+") { index += 1 }
      if skipDigits() == 0 { index = mantissa }
    }
    // `3rd` and `1.2.3` are names.
    if index < line.endIndex, isLetter(line[index]) { return nil }
    if index + 1 < line.endIndex, line[index] == UInt8(ascii: "."), isDigit(line[index + 1]) { return nil }
    return index
  }
}

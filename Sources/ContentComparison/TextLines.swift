/// The lines of a text.
enum TextLines {
  /// Returns the lines, without their ends; a newline at the very end begins no further line.
  static func of(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
  }

  /// Whether two texts have the same lines in another order.
  static func areReordered(_ left: [ArraySlice<UInt8>], _ right: [ArraySlice<UInt8>]) -> Bool {
    guard left.count == right.count, left != right else { return false }
    var counts: [ArraySlice<UInt8>: Int] = [:]
    for line in left { counts[line, default: 0] += 1 }
    for line in right {
      guard let count = counts[line], count > 0 else { return false }
      counts[line] = count - 1
    }
    return true
  }
}

/// Going through a text line by line, without a list of its lines.
package enum LineWalk {
  /// Gives each line without its end to `body`, an unfinished last one too.
  package static func forEachLine(
    of bytes: ArraySlice<UInt8>, _ body: (_ line: ArraySlice<UInt8>, _ isFinished: Bool) -> Void
  ) {
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      body(bytes[start..<end], end < bytes.endIndex)
      start = end + 1
    }
  }
}

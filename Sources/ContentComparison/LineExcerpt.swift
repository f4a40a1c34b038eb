/// The part of a long line that is worth showing beside another: around the first place where the two differ.
enum LineExcerpt {
  /// Returns as much of a line as may be shown, with `…` where something is left out.
  ///
  /// - Parameters:
  ///   - other: the line that stands in its place in the other text; nil if none does.
  ///   - limit: the most bytes to show.
  static func text(_ line: ArraySlice<UInt8>, beside other: ArraySlice<UInt8>?, limit: Int) -> String {
    guard line.count > limit else { return String(decoding: line, as: UTF8.self) }
    let shared = other.map { zip(line, $0).prefix { $0 == $1 }.count } ?? 0
    // A quarter of it stands before the difference; what fits from the beginning isn't cut there.
    var start = line.startIndex
    if shared > limit / 2 { start += min(shared - limit / 4, line.count - limit) }
    var end = min(line.endIndex, start + limit)
    // Letters aren't cut in two.
    while start > line.startIndex, start < line.endIndex, line[start] & 0xC0 == 0x80 { start -= 1 }
    while end < line.endIndex, end > start, line[end] & 0xC0 == 0x80 { end -= 1 }
    let text = String(decoding: line[start..<end], as: UTF8.self)
    return (start > line.startIndex ? "…" : "") + text + (end < line.endIndex ? "…" : "")
  }
}

internal import Glibc
public import MLTBase

/// What the files below a folder were last found to hold, looked up path by path.
///
/// Kept as it was read, in the order of paths' texts: a walk asks in nearly the same order, so that the next answer
/// mostly stands behind the last one. To make a dictionary of 100,000 entries takes as long as looking at the files.
public final class CachedFolder {
  private var text: [UInt8] = []
  // Where in the text each path ends.
  private var ends: [Int] = []
  // Without their paths.
  private var contents: [CachedContent] = []
  // Where the next path is expected.
  private var next = 0

  init() {}

  /// The number of files.
  public var count: Int { contents.count }

  /// Adds what was found at a path that comes after all before it.
  func append(_ path: String, _ content: CachedContent) {
    text.append(contentsOf: path.utf8)
    ends.append(text.count)
    contents.append(content)
  }

  /// Calls `body` with each file's path (``PathText``) and what it was found to hold, in the order of the paths' texts.
  public func forEach(_ body: (String, CachedContent) throws -> Void) rethrows {
    var start = 0
    for (end, content) in zip(ends, contents) {
      try body(String(decoding: text[start..<end], as: UTF8.self), content)
      start = end
    }
  }

  /// Returns the content that a file with this status certainly still has; nil if that isn't known.
  ///
  /// - Parameter path: the bytes of the file's path, as it was remembered.
  public func content(of path: [UInt8], _ status: FileStatus) -> ContentID? {
    // Any other path may have another text.
    let isPlain = path.first != UInt8(ascii: "\"") && path.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    guard let position = position(of: isPlain ? path : Array(PathText.encode(path).utf8)),
      contents[position].holds(for: status)
    else { return nil }
    return contents[position].content
  }

  private func position(of path: [UInt8]) -> Int? {
    var low = next
    if low >= ends.count || order(low, path) != 0 {
      low = 0
      var high = ends.count
      while low < high {
        let middle = low + (high - low) / 2
        if order(middle, path) < 0 { low = middle + 1 } else { high = middle }
      }
      guard low < ends.count, order(low, path) == 0 else { return nil }
    }
    next = low + 1
    return low
  }

  // Less than zero if the path at a position comes before the other one, more if it comes after it.
  private func order(_ position: Int, _ path: [UInt8]) -> Int {
    let start = position == 0 ? 0 : ends[position - 1]
    let count = ends[position] - start
    let shared = min(count, path.count)
    let difference = text.withUnsafeBytes { own in
      path.withUnsafeBytes { other in
        guard shared > 0, let own = own.baseAddress, let other = other.baseAddress else { return 0 }
        return Int(memcmp(own + start, other, shared))
      }
    }
    return difference != 0 ? difference : count - path.count
  }
}

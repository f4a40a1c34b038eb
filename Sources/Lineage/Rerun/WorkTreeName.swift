internal import MLTBase
internal import SystemPackage

/// The absolute path of a folder, looked for in texts.
///
/// A path names the folder also if it leads there by other ways: over symbolic links, or by `.`, `..` and doubled slashes.
struct WorkTreeName {
  private let name: [UInt8]
  /// What lies in `/`, by which most of what isn't a path is told; nil if that can't be known.
  private let top: Set<[UInt8]>?

  // As `PATH_MAX` and `NAME_MAX` have it.
  private static let pathLimit = 4096
  private static let nameLimit = 255

  init(_ folder: FilePath) {
    name = folder.bytes
    top = (try? FileOperations.names(in: "/")).map { Set($0.map(\.bytes)) }
  }

  /// Whether a text names the folder or something in it.
  func occurs(in text: [UInt8]) -> Bool { place(in: text, from: 0) != nil }

  /// Whether an absolute path is the folder or lies in it, once it is resolved as far as it exists.
  func leads(_ path: [UInt8]) -> Bool {
    guard path.first == Self.slash, !isEverything else { return false }
    return begins(path) || (FilePath(bytes: path).map { begins(Self.resolved($0).bytes) } ?? false)
  }

  /// Whether a resolved path leads into the folder.
  func begins(_ path: [UInt8]) -> Bool {
    path.starts(with: name) && (path.count == name.count || path[name.count] == Self.slash)
  }

  /// Returns the text with another folder in this one's place.
  func replaced(by other: FilePath, in text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var next = 0
    while let place = place(in: text, from: next) {
      result += text[next..<place.range.lowerBound] + other.bytes + place.rest
      next = place.range.upperBound
    }
    return result + text[next...]
  }

  /// Resolves a path as far as it exists; what doesn't exist follows as it is.
  static func resolved(_ path: FilePath) -> FilePath {
    var rest: [FilePath.Component] = []
    var folder = path
    while !folder.isEmpty {
      if let found = FileOperations.resolved(folder) {
        return rest.reversed().reduce(found) { $0.appending($1) }
      }
      guard let last = folder.lastComponent else { break }
      rest.append(last)
      folder.removeLastComponent()
    }
    return path
  }

  // MARK: Places

  private static let slash = UInt8(ascii: "/")

  /// Everything would lie in `/`.
  private var isEverything: Bool { name == [Self.slash] }

  /// Where a text names the folder or something in it, and the path below the folder that is named there.
  private func place(in text: [UInt8], from first: Int) -> (range: Range<Int>, rest: ArraySlice<UInt8>)? {
    if isEverything { return nil }
    var next = first
    while let start = text[next...].firstIndex(of: Self.slash) {
      next = start + 1
      // `-I/folder` names it, `/other/folder` doesn't.
      if text[..<start].last(where: { !Self.isPartOfName($0) || $0 == UInt8(ascii: "-") }) == Self.slash {
        continue
      }
      let end = endOfExisting(in: text, from: start)
      if end > start, let path = FilePath(bytes: text[start..<end]).flatMap({ FileOperations.resolved($0)?.bytes }),
        begins(path)
      {
        return (start..<end, path[name.count...])
      }
      // What is named by its name needn't exist.
      if let end = endOfName(in: text, from: start) { return (start..<end, []) }
      // The slashes of `file:///folder` are one.
      while next < text.count, text[next] == Self.slash { next += 1 }
    }
    return nil
  }

  private func endOfName(in text: [UInt8], from start: Int) -> Int? {
    let end = start + name.count
    guard end <= text.count, text[start..<end].elementsEqual(name), end == text.count || !Self.isPartOfName(text[end])
    else { return nil }
    return end
  }

  /// Where the longest beginning of an absolute path in a text ends that exists.
  private func endOfExisting(in text: [UInt8], from start: Int) -> Int {
    var end = start
    while true {
      var begin = end
      while begin < text.count, text[begin] == Self.slash { begin += 1 }
      if begin == end || begin - start > Self.pathLimit { return end }
      // A name may hold what ends it elsewhere, blanks above all: the longest counts.
      var found: Int?
      var next = begin
      while next <= text.count, next - begin <= Self.nameLimit {
        let byte = next < text.count ? text[next] : 0
        if next > begin, next == text.count || !Self.isPartOfName(byte),
          exists(text[start..<next], name: text[begin..<next], isTop: end == start)
        {
          found = next
        }
        if byte == Self.slash || byte == 0 || byte == UInt8(ascii: "\n") { break }
        next += 1
      }
      guard let found else { return end }
      end = found
    }
  }

  private func exists(_ path: ArraySlice<UInt8>, name: ArraySlice<UInt8>, isTop: Bool) -> Bool {
    if isTop, let top, !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) {
      return top.contains(Array(name))
    }
    guard let path = FilePath(bytes: path) else { return false }
    return ((try? FileStatus(at: path, followingLinks: true)) ?? nil) != nil
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    byte >= 0x80 || "-_.".utf8.contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}

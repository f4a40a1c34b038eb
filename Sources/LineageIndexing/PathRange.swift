internal import MLTBase

/// Which recorded paths (``PathText``) stand in a folder, and in which folders a path stands.
///
/// Paths that need quoting sort apart from others, so that what is in one folder may lie in two ranges of text.
struct PathRange: Hashable {
  /// The first text that may be in the folder.
  let low: String
  /// The first text after those in the folder.
  let high: String

  private static let slash = UInt8(ascii: "/")

  /// The ranges of text that hold all paths below a folder and no others; of the root `.`, nil.
  static func below(_ folder: String) -> [PathRange]? {
    guard var bytes = PathText.decode(folder), bytes != Array(".".utf8) else { return folder == "." ? nil : [] }
    if bytes.last != slash { bytes.append(slash) }
    // A control character forces the quoted form; what stands before its escape begins all quoted paths in the folder.
    let quoted = PathText.encode(bytes + [0x01]).dropLast("\\001\"".count)
    let plain = PathText.encode(bytes)
    var ranges = [PathRange(prefix: quoted)]
    if plain.utf8.first != UInt8(ascii: "\"") { ranges.append(PathRange(prefix: plain[...])) }
    return ranges
  }

  // A prefix here ends in a slash, whose successor in ASCII is zero.
  private init(prefix: Substring) {
    low = String(prefix)
    high = String(prefix.dropLast()) + "0"
  }

  /// The folders above a path, nearest first; a path from the work tree's root is below `.` as well.
  static func above(_ path: String) -> [String] {
    guard let bytes = PathText.decode(path), bytes != Array(".".utf8) else { return [] }
    var folders: [String] = []
    var end = bytes.endIndex
    while let index = bytes[..<end].lastIndex(of: slash) {
      end = index
      if index > 0 { folders.append(PathText.encode(bytes[..<index])) }
    }
    folders.append(bytes.first == slash ? "/" : ".")
    return folders
  }

  /// Whether a path stands below the work tree's root.
  static func isInWorkTree(_ path: String) -> Bool {
    path != "." && !path.utf8.starts(with: "/".utf8) && !path.utf8.starts(with: "\"/".utf8)
  }
}

internal import Glibc
internal import MLTBase
internal import SystemPackage

/// The text of symbolic links.
enum LinkTarget {
  /// The most bytes of a target (`PATH_MAX`, with its terminating zero).
  static let limit = 4096

  /// Makes a link with that target.
  static func create(_ path: FilePath, _ target: [UInt8]) throws(SystemCallError) {
    let text = target.map { CChar(bitPattern: $0) } + [0]
    let result = text.withUnsafeBufferPointer { text in
      path.withPlatformString { name in text.baseAddress.map { symlink($0, name) } ?? -1 }
    }
    guard result == 0 else { throw SystemCallError("create link", path, Errno(rawValue: errno)) }
  }

  /// Whether the target can be a path at all.
  static func isLegal(_ target: [UInt8]) -> Bool {
    !target.isEmpty && target.count < limit && !target.contains(0)
  }

  /// How many folders below a tree's root a link must lie at least for it not to lead out; nil if it leads out of any.
  ///
  /// Judged by the text alone, step by step, as if no other link were on the way. A link on the way leads somewhere
  /// inside itself, or is refused.
  static func depthNeeded(_ target: [UInt8]) -> Int? {
    if target.first == 0x2F { return nil }
    var depth = 0
    var sawName = false
    for part in target.split(separator: 0x2F) where !part.elementsEqual([0x2E]) {
      guard part.elementsEqual([0x2E, 0x2E]) else {
        sawName = true
        continue
      }
      // After a name that is itself a link, `..` goes up from where that leads: no text can tell how far.
      if sawName { return nil }
      depth += 1
    }
    return depth
  }
}

internal import MLTBase

/// Paths as a project's files name them.
enum DVCPath {
  private static let slash = UInt8(ascii: "/")
  private static let reserved = [".git", ".mlt", ".dvc"].map { Array($0.utf8) }
  // Linux's NAME_MAX and PATH_MAX.
  private static let nameLimit = 255
  private static let pathLimit = 4096

  /// Takes `text` from a folder, both inside the project; an absolute path, a URL, or one that climbs out is refused.
  static func resolve(_ text: String, in folder: [UInt8]) throws(DVCProblem.Reason) -> [UInt8] {
    let bytes = Array(text.utf8)
    if bytes.first == slash || text.contains("://") { throw .outside(path: PathText.encode(bytes)) }
    guard bytes.count <= pathLimit, !bytes.contains(0) else { throw .unsafePath(PathText.encode(bytes)) }
    var names = folder.split(separator: slash).map(Array.init)
    for name in bytes.split(separator: slash) {
      switch Array(name) {
      case [0x2E]: break
      case [0x2E, 0x2E]:
        if names.popLast() == nil { throw .outside(path: PathText.encode(bytes)) }
      case let name: names.append(name)
      }
    }
    return Array(names.joined(separator: [slash]))
  }

  /// Takes the path of an output, which can't be the project's root or a place of git's, mlt's or DVC's own.
  static func output(_ text: String, in folder: [UInt8]) throws(DVCProblem.Reason) -> [UInt8] {
    let path = try resolve(text, in: folder)
    guard !path.isEmpty, path.count <= pathLimit, path.split(separator: slash).allSatisfy(isUsable) else {
      throw .unsafePath(PathText.encode(text.utf8))
    }
    return path
  }

  /// Whether a path in a folder's listing can be taken as it is: relative, normal, with names that can be written.
  static func isPlain(_ path: [UInt8]) -> Bool {
    !path.isEmpty && path.count <= pathLimit
      && path.split(separator: slash, omittingEmptySubsequences: false).allSatisfy { name in
        !name.isEmpty && !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8) && isUsable(name)
      }
  }

  private static func isUsable(_ name: ArraySlice<UInt8>) -> Bool {
    let lowered = name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return name.count <= nameLimit && !name.contains(0) && !reserved.contains(lowered)
  }

  /// The folder that a path lies in; empty for the root.
  static func parent(of path: [UInt8]) -> [UInt8] {
    path.lastIndex(of: slash).map { Array(path[..<$0]) } ?? []
  }
}

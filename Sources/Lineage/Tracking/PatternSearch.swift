internal import GitAccess
internal import MLTBase
internal import SystemPackage

/// Finds what a pattern with wildcards names in the work tree, for patterns that the shell has left as they are.
///
/// What git tracks, what `.mltignore` names and the tools' own files are passed over; of a folder that matches, what
/// is in it isn't named again.
struct PatternSearch {
  let root: FilePath
  let rules: IgnoreFilter
  let repository: GitRepository?
  let lock: LockFile

  /// Whether an argument is written as a pattern.
  static func isPattern(_ argument: String) -> Bool {
    argument.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
  }

  /// Returns the paths that match, sorted.
  ///
  /// - Parameter pattern: the pattern from the work tree's root on.
  func paths(matching pattern: WorkPath) throws -> [WorkPath] {
    guard !pattern.isOutside, let glob = Glob(pattern.bytes) else { return [] }
    let names = pattern.components
    // Down to the first wildcard there is only one way.
    let plain = names.dropLast().prefix { !Self.isPattern(String(decoding: $0, as: UTF8.self)) && !$0.contains(0x5C) }
    let start = plain.reduce(WorkPath(normal: [UInt8(ascii: ".")])) { $0.appending($1) }
    let isDeep = names.contains { $0.elementsEqual("**".utf8) }
    var found: [WorkPath] = []
    var pending = [start]
    while let folder = pending.popLast() {
      guard try FileStatus(at: folder.filePath(in: root))?.kind == .directory else { continue }
      for name in try FileOperations.nameBytes(in: folder.filePath(in: root)) {
        let path = folder.appending(name)
        guard let status = try FileStatus(at: path.filePath(in: root)), status.kind != .special else { continue }
        let isFolder = status.kind == .directory
        if IgnoreFilter.isNoise(path) || rules.isLeftOut(path, isFolder: isFolder) { continue }
        // A folder in which single files are tracked already doesn't become a tree by the way.
        if glob.matches(path.bytes[...]), try !isByGit(path, isFolder: isFolder),
          !isFolder || lock.entries(below: path).isEmpty
        {
          found.append(path)
        } else if isFolder, isDeep || path.components.count < names.count {
          pending.append(path)
        }
      }
    }
    return found.sorted()
  }

  private func isByGit(_ path: WorkPath, isFolder: Bool) throws -> Bool {
    guard let repository else { return false }
    return try isFolder ? repository.hasTracked(below: path.bytes) : repository.isTracked(path.bytes)
  }
}

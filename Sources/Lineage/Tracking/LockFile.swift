public import DVCProjects
public import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// One tracked path with the content it has at a commit.
public struct LockEntry: Hashable, Sendable {
  /// What stands at a tracked path.
  public enum Kind: String, Hashable, Sendable {
    /// An ordinary file.
    case file
    /// A file that its owner may execute.
    case executable = "exec"
    /// A symbolic link.
    case link
    /// A folder.
    case tree
  }

  /// What stands at the path.
  public var kind: Kind
  /// The content.
  public var content: ContentID
  /// The size in bytes.
  public var size: Int64
  /// How many files a tree holds; 1 for the others.
  public var count: Int64
  /// The path.
  public var path: WorkPath

  /// Takes the facts.
  public init(kind: Kind, content: ContentID, size: Int64, count: Int64 = 1, path: WorkPath) {
    self.kind = kind
    self.content = content
    self.size = size
    self.count = count
    self.path = path
  }
}

/// A path whose content has a name of another tool's only: its bytes were never here to be given a content id.
public struct AbsentEntry: Hashable, Sendable {
  /// The other tool's name for the content: the algorithm, a colon, and the digest; of DVC's folders with `.dir`.
  public let hash: String
  /// The size in bytes, if it is known.
  public let size: Int64?
  /// The path.
  public let path: WorkPath

  /// Takes the facts.
  public init(hash: DVCHash, size: Int64?, path: WorkPath) {
    self.hash = hash.text
    self.size = size
    self.path = path
  }

  static let word = "absent"
}

/// The lock file's content: tracked paths, sorted (`docs/design/lock-format.md`).
public struct LockFile: Hashable, Sendable {
  /// The file's name at the work tree's root.
  public static let name = "mlt.lock"

  private static let header = "# mlt.lock 1"

  /// The entries, sorted by the bytes of their paths; no path twice.
  public private(set) var entries: [LockEntry] = []

  /// The paths whose content is absent, sorted by their bytes; none has an entry or lies in a tree.
  public private(set) var absent: [AbsentEntry] = []

  /// Makes a lock file that tracks nothing.
  public init() {}

  /// Why a lock file can't be understood.
  public struct ParseError: Error, Hashable, Sendable {
    /// What is wrong with the line.
    public enum Reason: Hashable, Sendable {
      /// It isn't the first line of a lock file of a version that is known.
      case version
      /// It is a mark that a merge has left.
      case conflict
      /// It isn't an entry.
      case malformed
      /// Its path stands before the one above it, is named twice, or lies in a tracked tree.
      case order
    }

    /// What is wrong.
    public let reason: Reason
    /// The line at fault, from 1.
    public let line: Int
  }

  /// Reads a lock file's text.
  public init(parsing bytes: [UInt8]) throws(ParseError) {
    var number = 0
    var last: WorkPath?
    var hasTree = false
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if Self.isConflictMark(line) { throw ParseError(reason: .conflict, line: number) }
      if number == 1 {
        guard line.elementsEqual(Self.header.utf8) else {
          throw ParseError(reason: line.starts(with: "# mlt.lock ".utf8) ? .version : .malformed, line: 1)
        }
        continue
      }
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      guard let parsed = LockLine(parsing: line), Self.isTrackable(parsed.path) else {
        throw ParseError(reason: .malformed, line: number)
      }
      let path = parsed.path
      if let last, !(last < path) { throw ParseError(reason: .order, line: number) }
      // `d.csv` stands between `d` and `d/a`, so that the line before doesn't tell.
      if hasTree, tree(around: path) != nil { throw ParseError(reason: .order, line: number) }
      last = path
      switch parsed {
      case .entry(let entry):
        entries.append(entry)
        if entry.kind == .tree { hasTree = true }
      case .absent(let entry): absent.append(entry)
      }
    }
  }

  /// Whether git has put the line there to mark a conflict; no entry begins so.
  private static func isConflictMark(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first, "<|>=".utf8.contains(first) else { return false }
    return line.elementsEqual("=======".utf8)
      || ["<<<<<<< ", "||||||| ", ">>>>>>> "].contains { line.starts(with: $0.utf8) }
  }

  /// Whether a path may stand in a lock file: inside the work tree, normal, and neither git's nor mlt's own, in whatever case
  /// of letters.
  public static func isTrackable(_ path: WorkPath) -> Bool {
    guard !path.isOutside, !path.isRoot, !path.bytes.elementsEqual(name.utf8) else { return false }
    let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
    var start = 0
    for (index, byte) in path.bytes.enumerated() where byte == slash || index == path.bytes.count - 1 {
      let end = byte == slash ? index : index + 1
      if start == end { return false }
      // Every name that can't stand there begins with a dot.
      if path.bytes[start] == dot {
        let name = path.bytes[start..<end]
        if name.count == 1 || name.elementsEqual("..".utf8) || TreeEntry.isReserved(name) { return false }
      }
      if byte == slash, index == path.bytes.count - 1 { return false }
      start = end + 1
    }
    return true
  }

  /// The file's text.
  public var bytes: [UInt8] { Self.text(of: lines.map(\.text)) }

  /// The text of a lock file with these lines.
  static func text(of lines: [String]) -> [UInt8] {
    Array((header + "\n").utf8) + lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
  }

  /// What the lock file says of each path, sorted by the bytes of the paths.
  var lines: [LockLine] {
    var lines: [LockLine] = []
    lines.reserveCapacity(entries.count + absent.count)
    var others = absent[...]
    for entry in entries {
      while let other = others.first, other.path < entry.path {
        lines.append(.absent(other))
        others.removeFirst()
      }
      lines.append(.entry(entry))
    }
    return lines + others.map { .absent($0) }
  }

  private func position(of path: WorkPath) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].path < path { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The entry of a path; nil if it isn't tracked by a line of its own.
  public subscript(path: WorkPath) -> LockEntry? {
    let index = position(of: path)
    return index < entries.count && entries[index].path == path ? entries[index] : nil
  }

  /// The entry of the tree that a path lies in, if one is tracked.
  public func tree(around path: WorkPath) -> LockEntry? {
    var folder = path.parent
    while let candidate = folder, !candidate.isRoot {
      if let entry = self[candidate], entry.kind == .tree { return entry }
      folder = candidate.parent
    }
    return nil
  }

  /// Whether anything is tracked, or absent, below a folder.
  func holds(below folder: WorkPath) -> Bool {
    !entries(below: folder).isEmpty || absent.contains { $0.path == folder || $0.path.isBelow(folder) }
  }

  /// The entries of paths that lie in `folder`.
  public func entries(below folder: WorkPath) -> [LockEntry] {
    if folder.isRoot { return entries }
    // They stand together, behind whatever begins with the folder's name and a character less than the slash.
    return Array(entries[position(of: WorkPath(normal: folder.bytes + [0x2F]))...].prefix { $0.path.isBelow(folder) })
  }

  /// Puts an entry in, replacing that of the same path and those that lie in a tree at it.
  ///
  /// One that lies in a tracked tree is left out: the tree's own entry covers it.
  public mutating func set(_ entry: LockEntry) {
    if tree(around: entry.path) != nil { return }
    if entry.kind == .tree {
      entries.removeAll { $0.path.isBelow(entry.path) }
      absent.removeAll { $0.path.isBelow(entry.path) }
    }
    absent.removeAll { $0.path == entry.path }
    let index = position(of: entry.path)
    if index < entries.count, entries[index].path == entry.path {
      entries[index] = entry
    } else {
      entries.insert(entry, at: index)
    }
  }

  /// Notes that the content of a path is absent; a path that has an entry or lies in a tree stays as it is.
  public mutating func set(_ entry: AbsentEntry) {
    guard self[entry.path] == nil, tree(around: entry.path) == nil else { return }
    absent.removeAll { $0.path == entry.path }
    let index = absent.firstIndex { entry.path < $0.path } ?? absent.endIndex
    absent.insert(entry, at: index)
  }

  /// Takes out the entry of a path, if there is one.
  public mutating func remove(_ path: WorkPath) {
    let index = position(of: path)
    if index < entries.count, entries[index].path == path { entries.remove(at: index) }
    absent.removeAll { $0.path == path }
  }
}

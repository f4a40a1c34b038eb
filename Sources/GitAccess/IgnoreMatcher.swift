internal import MLTBase
internal import SystemPackage

/// The ignore rules of a work tree: general ones, and those of a file in each folder; for one thread at a time.
///
/// A folder's rules are read once, when the first path below it is asked for. As in git, later lines win over earlier
/// ones, files of inner folders over those of outer ones and both over the general rules; and what is below an ignored
/// folder is ignored whatever other lines say of it.
struct IgnoreMatcher {
  /// The most bytes that an ignore file may have.
  static let fileSizeLimit = 16 << 20

  private let workTree: FilePath
  private let fileName: String
  private let ignoresCase: Bool
  private var general: [IgnorePattern] = []
  private var folders: [[UInt8]: Folder] = [:]
  /// The folder that was asked for last: whoever walks asks for one name of a folder after the other.
  private var last: (path: [UInt8], folder: Folder)?

  private struct Folder {
    var isIgnored: Bool
    /// The rules that hold in the folder, innermost last.
    var rules: [Rules]

    /// Whether no line says anything about what is in the folder.
    var isWithoutRules: Bool { rules.allSatisfy { $0.patterns.isEmpty } }
  }

  private struct Rules {
    /// The number of bytes of a path up to the folder of the rules' file, with the slash.
    var base: Int
    var patterns: [IgnorePattern]
  }

  /// Takes the work tree's root, and the name of the files with rules.
  init(workTree: FilePath, fileName: String, ignoresCase: Bool = false) {
    self.workTree = workTree
    self.fileName = fileName
    self.ignoresCase = ignoresCase
  }

  /// Adds general rules, which win over those added before.
  mutating func add(_ lines: [String]) {
    general += lines.flatMap { IgnorePattern.patterns(in: Array($0.utf8) + [0x0A], ignoresCase: ignoresCase) }
    folders = [:]
    last = nil
  }

  /// Adds general rules from a file, which need not exist.
  mutating func addRules(of file: FilePath) throws(GitError) {
    general += try patterns(of: file, followingLinks: true)
    folders = [:]
    last = nil
  }

  /// Whether the path, from the work tree's root, is ignored.
  mutating func isIgnored(_ path: [UInt8], isFolder: Bool) throws(GitError) -> Bool {
    let slash = path.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { $0 + 1 } ?? 0
    guard slash != 0, Self.isName(path[name...]), let parent = try parent(path[..<(slash ?? 0)]) else { return false }
    if parent.isIgnored { return true }
    if parent.isWithoutRules { return false }
    return Self.decide(ignoresCase ? path.map { $0.foldedCase } : path, name: name, isFolder, by: parent.rules)
  }

  /// The state of a folder; nil if the path leads out of the work tree.
  private mutating func parent(_ path: ArraySlice<UInt8>) throws(GitError) -> Folder? {
    if let last, last.path.elementsEqual(path) { return last.folder }
    guard path.isEmpty || Self.isWithin(path) else { return nil }
    let found = try folder(Array(path))
    last = (Array(path), found)
    return found
  }

  /// The state of a folder, once those of the folders above it are known.
  private mutating func folder(_ path: [UInt8]) throws(GitError) -> Folder {
    if let known = folders[path] { return known }
    var current = try root()
    var end = 0
    while end < path.count {
      let name = end == 0 ? 0 : end + 1
      end = path[name...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
      let inner = Array(path[..<end])
      if let known = folders[inner] {
        current = known
        continue
      }
      let text = ignoresCase ? inner.map { $0.foldedCase } : inner
      current.isIgnored = current.isIgnored || Self.decide(text, name: name, true, by: current.rules)
      if !current.isIgnored {
        guard let relative = FilePath(bytes: inner) else { return current }
        let patterns = try patterns(of: workTree.pushing(relative).appending(fileName), followingLinks: false)
        if !patterns.isEmpty { current.rules.append(Rules(base: inner.count + 1, patterns: patterns)) }
      }
      folders[inner] = current
    }
    return current
  }

  private mutating func root() throws(GitError) -> Folder {
    if let known = folders[[]] { return known }
    let own = try patterns(of: workTree.appending(fileName), followingLinks: false)
    let root = Folder(isIgnored: false, rules: [Rules(base: 0, patterns: general + own)])
    folders[[]] = root
    return root
  }

  /// Finds the last line that matches, from the innermost rules outwards.
  private static func decide(_ path: [UInt8], name: Int, _ isFolder: Bool, by rules: [Rules]) -> Bool {
    for rules in rules.reversed() {
      for pattern in rules.patterns.reversed()
      where pattern.matches(path: path[rules.base...], name: path[name...], isFolder: isFolder) {
        return !pattern.isNegated
      }
    }
    return false
  }

  /// The lines of a file.
  ///
  /// A work tree's own files aren't followed if they are links, as git doesn't: they may lead out.
  private func patterns(of file: FilePath, followingLinks: Bool) throws(GitError) -> [IgnorePattern] {
    let bytes = try systemCall { () throws(SystemCallError) in
      try FileStatus(at: file, followingLinks: followingLinks)?.kind == .regular
        ? FileOperations.contents(of: file, limit: Self.fileSizeLimit) : nil
    }
    return bytes.map { IgnorePattern.patterns(in: $0, ignoresCase: ignoresCase) } ?? []
  }

  /// Whether the path is one of names below the root; what isn't has no rules here.
  private static func isWithin(_ path: ArraySlice<UInt8>) -> Bool {
    path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { isName($0) }
  }

  private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
    !name.isEmpty && !name.contains(0) && !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8)
  }
}

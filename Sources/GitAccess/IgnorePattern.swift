/// One line of an ignore file (gitignore(5)).
struct IgnorePattern: Hashable {
  /// Whether the line takes paths back in (`!`).
  let isNegated: Bool
  /// Whether the line is for folders alone (a `/` at its end).
  let isForFolders: Bool
  /// Whether the pattern is matched against a path's last name, at any depth, not against the whole path.
  let isForNames: Bool
  private let form: Form

  /// How the pattern is matched; the common forms need no walk over the pattern.
  private enum Form: Hashable {
    case literal([UInt8])
    case suffix([UInt8])
    case glob(Glob)
  }

  /// Reads a line without its line end; nil for blank lines, comments and patterns that can't match.
  init?(line: some Collection<UInt8>, ignoresCase: Bool = false) {
    var text = Self.withoutTrailingBlanks(Array(line.prefix { $0 != 0 }))[...]
    guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
    isNegated = first == UInt8(ascii: "!")
    if isNegated { text = text.dropFirst() }
    isForFolders = text.last == UInt8(ascii: "/")
    if isForFolders { text = text.dropLast() }
    isForNames = !text.contains(UInt8(ascii: "/"))
    if text.first == UInt8(ascii: "/") { text = text.dropFirst() }
    guard !text.isEmpty else { return nil }
    let special = Array("*?[\\".utf8)
    if !text.contains(where: { special.contains($0) }) {
      form = .literal(ignoresCase ? text.map { $0.foldedCase } : Array(text))
    } else if isForNames, text.first == UInt8(ascii: "*"), !text.dropFirst().contains(where: { special.contains($0) }) {
      form = .suffix(text.dropFirst().map { ignoresCase ? $0.foldedCase : $0 })
    } else {
      guard let glob = Glob(text, ignoresCase: ignoresCase) else { return nil }
      form = .glob(glob)
    }
  }

  /// Whether the pattern matches.
  ///
  /// - Parameters:
  ///   - path: The path from the folder of the ignore file on; with case folded if the pattern ignores it.
  ///   - name: The path's last name.
  func matches(path: ArraySlice<UInt8>, name: ArraySlice<UInt8>, isFolder: Bool) -> Bool {
    if isForFolders, !isFolder { return false }
    let subject = isForNames ? name : path
    return switch form {
    case .literal(let text): subject.elementsEqual(text)
    case .suffix(let text): subject.count >= text.count && subject.suffix(text.count).elementsEqual(text)
    case .glob(let glob): glob.matches(subject)
    }
  }

  /// Reads the lines of an ignore file.
  static func patterns(in file: [UInt8], ignoresCase: Bool) -> [IgnorePattern] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]  // of byte order, as some editors begin a file with
    let text = file.starts(with: mark) ? file[mark.count...] : file[...]
    return text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let ended = line.last == UInt8(ascii: "\r") && line.endIndex < text.endIndex ? line.dropLast() : line
      return IgnorePattern(line: ended, ignoresCase: ignoresCase)
    }
  }

  /// Leaves out blanks at the end, but for one that a backslash keeps.
  private static func withoutTrailingBlanks(_ text: [UInt8]) -> [UInt8] {
    var end = 0
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "\\") {
        index = min(index + 2, text.count)
        end = index
      } else {
        index += 1
        if text[index - 1] != UInt8(ascii: " ") { end = index }
      }
    }
    return Array(text[..<end])
  }
}

extension UInt8 {
  /// The byte with the case of ASCII's letters folded.
  var foldedCase: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self + 32 : self }
}

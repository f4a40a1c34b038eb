/// Changes a pipeline file's text, leaving everything else in it as it is: comments, order, spacing.
public struct PipelineEditor {
  private let file: String
  private var lines: [Substring]
  private let root: LocatedValue

  /// Takes a file's text.
  ///
  /// - Parameters:
  ///   - file: its path from the root, for problems.
  ///   - text: what it holds; empty for a new one.
  /// - Throws: ``PipelineProblem`` if it isn't YAML or no mapping.
  public init(_ file: String, text: String) throws(PipelineProblem) {
    self.file = file
    // Of bytes: a carriage return and a line feed are one character.
    lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Substring($0) }
    if lines.last?.isEmpty == true { lines.removeLast() }
    root = try YAMLReader.read(text, file: file)
    guard root.isNull || root.members != nil else {
      throw PipelineProblem(file: file, at: root.position, .unexpected(field: file, expected: "a mapping"))
    }
  }

  /// Whether the file declares a stage of a name.
  public func declares(_ name: String) -> Bool { member(name) != nil }

  private func member(_ name: String) -> LocatedValue.Member? { stages?.members?.first { $0.name == name } }

  private var stages: LocatedValue? { root["stages"] }

  /// The text with a stage declared at the end of all, or in place of the one that has its name.
  ///
  /// - Throws: ``PipelineProblem`` if the stages aren't written as a block, line by line.
  public func adding(_ draft: StageDraft) throws(PipelineProblem) -> String {
    guard let key = root.members?.first(where: { $0.name == "stages" })?.key.position else {
      let separator = lines.isEmpty ? [] : [""]
      return text(lines.map(String.init) + separator + ["stages:"] + indented(draft.lines, 2))
    }
    let members = stages?.members ?? []
    let start = key.line - 1
    guard lines.indices.contains(start), key.column == 1 else { throw unreadable(key) }
    if members.isEmpty {
      // `stages:` or `stages: {}`.
      let isEmpty = ["stages:", "stages: {}", "stages: null", "stages: ~"].contains(String(lines[start]).trimmed)
      guard isEmpty else { throw unreadable(key) }
      return text(
        lines[..<start].map(String.init) + ["stages:"] + indented(draft.lines, 2)
          + lines[(start + 1)...].map(String.init))
    }
    guard let first = members.first?.key.position, first.line > key.line,
      members.allSatisfy({ $0.key.position.column == first.column })
    else { throw unreadable(key) }
    let next = root.members?.map(\.key.position.line).filter { $0 > key.line }.min() ?? lines.count + 1
    let last = end(before: next - 1, margin: first.column)
    var range = last..<last
    if let old = members.firstIndex(where: { $0.name == draft.name }) {
      let following = members.indices.contains(old + 1) ? members[old + 1].key.position.line : next
      range = members[old].key.position.line - 1..<end(before: following - 1, margin: first.column)
    }
    guard range.lowerBound <= range.upperBound, range.upperBound <= lines.count else { throw unreadable(key) }
    return text(
      lines[..<range.lowerBound].map(String.init) + indented(draft.lines, first.column - 1)
        + lines[range.upperBound...].map(String.init))
  }

  // Blank lines and comments in front of something belong to it; what stands further in may be part of a text.
  private func end(before line: Int, margin: Int) -> Int {
    var end = min(line, lines.count)
    while end > 0 {
      let text = String(lines[end - 1]).trimmed
      let indentation = lines[end - 1].prefix { $0 == " " }.count
      guard text.isEmpty || text.hasPrefix("#") && indentation < margin else { break }
      end -= 1
    }
    return end
  }

  private func unreadable(_ position: SourcePosition) -> PipelineProblem {
    PipelineProblem(
      file: file, at: position, .unexpected(field: "stages", expected: "a block with a line for each stage"))
  }

  private func indented(_ lines: [String], _ count: Int) -> [String] {
    let margin = String(repeating: " ", count: count)
    return lines.map { $0.isEmpty ? $0 : margin + $0 }
  }

  private func text(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0 == " " || $0 == "\r" }.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
  }
}

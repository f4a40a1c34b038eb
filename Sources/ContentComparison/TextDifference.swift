/// Compares two texts line by line.
struct TextDifference {
  private static let context = 3
  /// The most bytes that are shown of a line.
  private static let shownBytes = 2000
  /// The most bytes of a line that is told of in a phrase.
  private static let briefBytes = 60

  let name: String
  let limits: ContentLimits
  private let before: [ArraySlice<UInt8>]
  private let after: [ArraySlice<UInt8>]
  private let bytes: (before: [UInt8], after: [UInt8])
  private let language: CodeLanguage?

  /// Takes both texts, as UTF-8.
  init(_ before: [UInt8], _ after: [UInt8], name: String, language: CodeLanguage? = nil, limits: ContentLimits) {
    self.name = name
    self.limits = limits
    bytes = (before, after)
    self.before = TextLines.of(before)
    self.after = TextLines.of(after)
    let first = String(decoding: after.prefix(200).prefix { $0 != 10 }, as: UTF8.self)
    self.language = language ?? CodeLanguage(name: name, firstLine: first)
  }

  /// Says how they differ.
  func changes(_ headlines: inout [Headline]) -> TextChanges {
    var changes = TextChanges()
    changes.language = language?.name
    changes.isReordered = TextLines.areReordered(before, after)
    changes.isOnlyBlanks = Self.isSameButBlanks(before, after)
    if let language, language != .markdown {
      let code = CodeTokens(language: language)
      if let mine = code.tokens(bytes.before), let yours = code.tokens(bytes.after) {
        changes.isWithoutEffect = mine == yours
      }
    }
    if max(before.count, after.count) <= limits.lines {
      findHunks(&changes)
    } else {
      countLines(&changes)
    }
    say(changes, &headlines)
    return changes
  }

  private static func isSameButBlanks(_ before: [ArraySlice<UInt8>], _ after: [ArraySlice<UInt8>]) -> Bool {
    let blank = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 13 }
    guard before.count == after.count else { return false }
    return zip(before, after).allSatisfy { mine, yours in
      mine == yours || mine.filter { !blank($0) } == yours.filter { !blank($0) }
    }
  }

  // MARK: Lines

  private func findHunks(_ changes: inout TextChanges) {
    var numbers: [ArraySlice<UInt8>: Int32] = [:]
    let number = { (line: ArraySlice<UInt8>) -> Int32 in
      if let known = numbers[line] { return known }
      let new = Int32(numbers.count)
      numbers[line] = new
      return new
    }
    let parts = LineDifference(before.map(number), after.map(number)).parts
    let differing = parts.filter { !$0.isSame }
    changes.addedLines = differing.reduce(0) { $0 + $1.after.count }
    changes.removedLines = differing.reduce(0) { $0 + $1.before.count }
    var groups: [[LineDifference.Part]] = []
    for part in differing {
      if let last = groups.last?.last, part.before.lowerBound - last.before.upperBound <= 2 * Self.context {
        groups[groups.count - 1].append(part)
      } else {
        groups.append([part])
      }
    }
    changes.hunkCount = groups.count
    changes.hunks = groups.prefix(max(limits.examples, 1) * 10).map(hunk)
    for part in differing.prefix(1000) {
      for line in lines(of: part) {
        if let section = section(line.lines, line.index), !changes.sections.contains(section) {
          changes.sections.append(section)
        }
      }
    }
  }

  /// The lines of a part that its sections are asked of, a few of many.
  private func lines(of part: LineDifference.Part) -> [(lines: [ArraySlice<UInt8>], index: Int)] {
    let (range, lines) = part.after.isEmpty ? (part.before, before) : (part.after, after)
    return range.prefix(200).map { (lines, $0) }
  }

  private func hunk(_ parts: [LineDifference.Part]) -> TextHunk {
    let (first, last) = (parts[0], parts[parts.count - 1])
    let lead = min(Self.context, first.before.lowerBound, first.after.lowerBound)
    let tail = min(Self.context, before.count - last.before.upperBound, after.count - last.after.upperBound)
    let (start, end) = (first.before.lowerBound - lead, last.before.upperBound + tail)
    let (otherStart, otherEnd) = (first.after.lowerBound - lead, last.after.upperBound + tail)
    var lines: [HunkLine] = []
    var position = start
    for part in parts {
      lines += before[position..<part.before.lowerBound].map { HunkLine(kind: .same, text: Self.text($0)) }
      let (mine, yours) = (before[part.before], after[part.after])
      lines += mine.enumerated().map { place, line in
        let other = place < yours.count ? yours[yours.startIndex + place] : nil
        return HunkLine(kind: .removed, text: Self.text(line, beside: other))
      }
      lines += yours.enumerated().map { place, line in
        let other = place < mine.count ? mine[mine.startIndex + place] : nil
        return HunkLine(kind: .added, text: Self.text(line, beside: other))
      }
      position = part.before.upperBound
    }
    lines += before[position..<end].map { HunkLine(kind: .same, text: Self.text($0)) }
    let place = self.lines(of: first).first
    return TextHunk(
      firstBefore: end > start ? start + 1 : start, countBefore: end - start,
      firstAfter: otherEnd > otherStart ? otherStart + 1 : otherStart, countAfter: otherEnd - otherStart,
      section: place.flatMap { section($0.lines, $0.index) }, lines: lines)
  }

  private static func text(_ line: ArraySlice<UInt8>, beside other: ArraySlice<UInt8>? = nil) -> String {
    LineExcerpt.text(line, beside: other, limit: shownBytes)
  }

  /// Where matching lines would take too long, they are counted as they come.
  private func countLines(_ changes: inout TextChanges) {
    var counts: [ArraySlice<UInt8>: Int] = [:]
    for line in before { counts[line, default: 0] += 1 }
    for line in after {
      if let count = counts[line], count > 0 { counts[line] = count - 1 } else { changes.addedLines += 1 }
    }
    changes.removedLines = counts.values.reduce(0, +)
  }

  // MARK: Sections

  /// The section that a line is in; nil if in none.
  private func section(_ lines: [ArraySlice<UInt8>], _ index: Int) -> String? {
    guard let language else { return nil }
    var line = index
    // A blank line belongs to what follows.
    while line < lines.count, Self.indentation(lines[line]) == nil { line += 1 }
    guard line < lines.count else { return nil }
    if let own = language.section(String(decoding: lines[line].prefix(500), as: UTF8.self)) { return own }
    let depth = Self.indentation(lines[line]) ?? 0
    guard depth > 0 || language == .markdown || language == .hash else { return nil }
    for earlier in stride(from: line - 1, through: max(0, line - 5000), by: -1) {
      guard let other = Self.indentation(lines[earlier]) else { continue }
      if other < depth || language == .markdown || (language == .hash && depth == 0),
        let found = language.section(String(decoding: lines[earlier].prefix(500), as: UTF8.self))
      {
        return found
      }
      // What stands farther left and is no section ends the one above, in languages that say so by indentation.
      if language == .python, other == 0, depth > 0, !Self.isContinued(lines[earlier]) { return nil }
    }
    return nil
  }

  // A bracket or decorator at the left edge is part of what is around it.
  private static func isContinued(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first else { return true }
    return [UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#")].contains(first)
  }

  private static func indentation(_ line: ArraySlice<UInt8>) -> Int? {
    let rest = line.prefix { $0 == 32 || $0 == 9 }
    return rest.count == line.count ? nil : rest.count
  }

  // MARK: Phrases

  private func say(_ changes: TextChanges, _ headlines: inout [Headline]) {
    if changes.isWithoutEffect {
      return headlines.say(10, "only comments, blank lines or layout differ")
    }
    if changes.addedLines + changes.removedLines == 0 {
      let isCarriage = bytes.after.contains(13) != bytes.before.contains(13)
      return headlines.say(
        8,
        isCarriage ? "only line ends differ: \(bytes.after.contains(13) ? "CRLF" : "LF") now" : "only line ends differ")
    }
    if changes.isOnlyBlanks { headlines.say(15, "only blanks within lines differ") }
    if changes.isReordered { return headlines.say(40, "the same lines in another order") }
    let amount = "\(counted(Int64(changes.addedLines), "line")) new, \(grouped(Int64(changes.removedLines))) gone"
    if changes.addedLines == 1, changes.removedLines == 1, let hunk = changes.hunks.first,
      let old = hunk.lines.first(where: { $0.kind == .removed }),
      let new = hunk.lines.first(where: { $0.kind == .added })
    {
      let line = hunk.firstAfter + (hunk.lines.filter { $0.kind != .removed }.firstIndex { $0.kind == .added } ?? 0)
      let section = changes.sections.first.map { " in '\($0)'" } ?? ""
      return headlines.say(
        60,
        "line \(grouped(Int64(line)))\(section) is '\(Self.brief(new.text, old.text))', and was '\(Self.brief(old.text, new.text))'"
      )
    }
    if changes.sections.isEmpty {
      headlines.say(50, amount)
    } else {
      headlines.say(60, "\(amount), in \(listed(changes.sections, limit: 3))")
    }
  }

  private static func brief(_ text: String, _ other: String) -> String {
    func trimmed(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8).drop { $0 == 32 || $0 == 9 } }
    return LineExcerpt.text(trimmed(text), beside: trimmed(other), limit: briefBytes)
  }
}

internal import DVCProjects
internal import MLTBase

/// What a lock file says of one path.
enum LockLine: Hashable, Sendable {
  case entry(LockEntry)
  case absent(AbsentEntry)

  var path: WorkPath {
    switch self {
    case .entry(let entry): entry.path
    case .absent(let entry): entry.path
    }
  }

  var isTree: Bool {
    if case .entry(let entry) = self { entry.kind == .tree } else { false }
  }

  /// The line as it stands in the file, without its end.
  var text: String {
    switch self {
    case .entry(let entry):
      let count = entry.kind == .tree ? "\(entry.count) " : ""
      return "\(entry.kind.rawValue) \(entry.content.hex) \(entry.size) \(count)\(entry.path.text)"
    case .absent(let entry):
      return "\(AbsentEntry.word) \(entry.hash) \(entry.size.map { String($0) } ?? "-") \(entry.path.text)"
    }
  }

  /// Reads a line; nil if it isn't one of a lock file.
  init?(parsing line: ArraySlice<UInt8>) {
    var fields = Fields(rest: line)
    guard let word = fields.next() else { return nil }
    if word.elementsEqual(AbsentEntry.word.utf8) {
      guard let hash = fields.next().flatMap({ String(validating: $0, as: UTF8.self) }).flatMap({ DVCHash(text: $0) }),
        let size = fields.next(), let path = fields.path
      else { return nil }
      let isUnknown = size.elementsEqual("-".utf8)
      let number = isUnknown ? nil : Fields.number(size)
      guard isUnknown || number != nil else { return nil }
      self = .absent(AbsentEntry(hash: hash, size: number, path: path))
      return
    }
    guard let kind = Self.kinds.first(where: { word.elementsEqual($0.rawValue.utf8) }),
      let content = fields.next().flatMap({ ContentID(hex: $0) }), let size = fields.next().flatMap(Fields.number)
    else { return nil }
    var count: Int64 = 1
    if kind == .tree {
      guard let files = fields.next().flatMap(Fields.number) else { return nil }
      count = files
    }
    guard let path = fields.path else { return nil }
    self = .entry(LockEntry(kind: kind, content: content, size: size, count: count, path: path))
  }

  private static let kinds = [LockEntry.Kind.file, .executable, .link, .tree]

  /// A line's fields, of which the last, the path, may hold blanks.
  private struct Fields {
    var rest: ArraySlice<UInt8>

    mutating func next() -> ArraySlice<UInt8>? {
      guard let space = rest.firstIndex(of: UInt8(ascii: " ")) else { return nil }
      defer { rest = rest[(space + 1)...] }
      return rest[..<space]
    }

    /// What is left.
    var path: WorkPath? {
      // Text that is as it is, as nearly all is.
      if rest.first != UInt8(ascii: "\""), rest.allSatisfy({ (0x20..<0x7F).contains($0) }) {
        return rest.isEmpty ? nil : WorkPath(normal: Array(rest))
      }
      return String(validating: rest, as: UTF8.self).flatMap { WorkPath(text: $0) }
    }

    /// A number as it is written here: without sign, and without zeros in front.
    static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
      guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0") else { return nil }
      var value: Int64 = 0
      for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflows) = tenfold.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
        guard !isTooLarge, !overflows else { return nil }
        value = sum
      }
      return value
    }
  }
}

internal import MLTBase

extension JournalExtent {
  /// How many events there are up to here and not up to `other`.
  public func count(after other: JournalExtent) -> Int64 {
    numbers.reduce(0) { $0 + max(0, $1.value - (other.numbers[$1.key] ?? 0)) }
  }
}

extension Journal {
  /// Reads the events that an extent has and an earlier one hasn't, writer by writer; what is damaged ends a writer's.
  ///
  /// - Throws: ``JournalError`` if the files can't be read, and what `body` throws.
  public func read(
    after start: JournalExtent, through end: JournalExtent, _ body: (Event) throws -> Void
  ) throws {
    for (writer, last) in end.numbers.sorted(by: { $0.key < $1.key }) {
      let first = (start.numbers[writer] ?? 0) + 1
      guard first <= last else { continue }
      var lines = try SegmentLines(folder(of: writer), from: first)
      for _ in first...last {
        guard let line = try lines.nextLine(), let event = try? Event(line: line) else { break }
        try body(event)
      }
    }
  }
}

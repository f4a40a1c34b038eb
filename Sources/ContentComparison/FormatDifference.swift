/// Compares two contents of one format in the way of this format.
struct FormatDifference {
  /// The most bytes of a text that is compared line by line, or of JSON that is compared value by value.
  private static let wholeLimit: Int64 = 32 << 20

  let before: (content: OpenContent, profile: ContentProfile)
  let after: (content: OpenContent, profile: ContentProfile)
  let name: String
  let limits: ContentLimits

  /// Adds what differs.
  func find(_ changes: inout ContentChanges, _ headlines: inout [Headline]) throws {
    switch after.profile.format {
    case .table, .jsonLines, .parquet: try compareTables(&changes, &headlines)
    case .json: try compareJSON(&changes, &headlines)
    case .notebook:
      guard let (mine, yours) = try texts() else { return }
      changes.text = NotebookDifference.changes(mine, yours, limits, &headlines)
    case .text:
      guard let (mine, yours) = try texts() else { return }
      changes.text = TextDifference(mine, yours, name: after.content.name, limits: limits).changes(&headlines)
    case .array, .arrays: try compareArrays(&changes, &headlines)
    case .image:
      guard let mine = try Picture(before.content.place(limits)), let yours = try Picture(after.content.place(limits))
      else {
        return
      }
      changes.image = ImageChanges.compare(mine, yours, &headlines)
    case .binary: break
    }
  }

  private func compareArrays(_ changes: inout ContentChanges, _ headlines: inout [Headline]) throws {
    changes.table = TableChanges(rowsBefore: before.profile.rows ?? 0, rowsAfter: after.profile.rows ?? 0)
    for column in after.profile.columns {
      if let earlier = before.profile.column(column.name), earlier != column {
        var own: [Headline] = []
        ColumnComparison.compare(earlier, column, &own)
        headlines += own
        changes.table?.columns.append(
          ColumnChange(name: column.name, before: earlier, after: column, phrases: own.texts))
      }
    }
    let limit = min(limits.bytes, Int64(ContentComparison.sizeLimit))
    guard let mine = try before.content.all(limit: limit), let yours = try after.content.all(limit: limit) else {
      return
    }
    var difference = ContentDifference(after.profile.format, firstByte: 0)
    let isRead =
      after.profile.format == .array
      ? ArrayComparison.compare(mine, yours, &difference) : ArrayComparison.compareArchives(mine, yours, &difference)
    guard isRead else { return }
    for other in difference.others.prefix(5) { headlines.say(70, other) }
    changes.valueCount = difference.differing + difference.otherCount
    guard difference.differing > 0 else {
      if difference.otherCount == 0 { headlines.say(5, "the same elements, written otherwise") }
      return
    }
    headlines.say(
      50,
      "\(counted(Int64(difference.differing), "element")) of \(grouped(Int64(difference.values))) "
        + "differ\(difference.differing == 1 ? "s" : ""), by \(readable(difference.largestAbsolute)) at most"
        + (difference.place.map { ", at \($0)" } ?? ""))
  }

  private func compareTables(_ changes: inout ContentChanges, _ headlines: inout [Headline]) throws {
    let tables = TableDifference(before: before, after: after, limits: limits)
    changes.table =
      try tables.changes(&headlines) ?? ProfileComparison.table(before.profile, after.profile, &headlines)
  }

  /// A list of objects is a table; all else is compared by path.
  private func compareJSON(_ changes: inout ContentChanges, _ headlines: inout [Headline]) throws {
    let isTable = { (content: OpenContent, profile: ContentProfile) in
      !profile.columns.isEmpty && content.textHead.first { $0 > 32 } == UInt8(ascii: "[")
    }
    if isTable(before.content, before.profile), isTable(after.content, after.profile) {
      return try compareTables(&changes, &headlines)
    }
    guard let (mine, yours) = try texts(), let left = JSONDifference.parse(mine),
      let right = JSONDifference.parse(yours)
    else {
      changes.table = ProfileComparison.table(before.profile, after.profile, &headlines)
      return
    }
    let difference = JSONDifference(left, right, limit: limits.examples * 10)
    difference.say(&headlines)
    changes.values = difference.changes
    changes.valueCount = difference.count
  }

  private func texts() throws -> ([UInt8], [UInt8])? {
    let limit = min(limits.bytes, Self.wholeLimit)
    guard let mine = try before.content.allText(limit: limit), let yours = try after.content.allText(limit: limit)
    else {
      return nil
    }
    return (mine, yours)
  }
}

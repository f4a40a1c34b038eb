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
    case .array, .arrays, .image, .binary: break
    }
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

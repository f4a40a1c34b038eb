/// Finds out how two files differ.
public enum ContentComparison {
  /// The most bytes of a file that is compared number by number.
  public static let sizeLimit = 256 << 20

  /// Says how the bytes of two files differ; nil if they don't.
  ///
  /// A file's format is told by its name's ending and by what both files hold; what isn't of the format it claims is
  /// compared as text, or else as bytes.
  public static func difference(_ before: [UInt8], _ after: [UInt8], name: String) -> ContentDifference? {
    guard let first = firstDifference(before, after) else { return nil }
    let blank = { (format: ContentFormat) in ContentDifference(format, firstByte: first) }
    guard max(before.count, after.count) <= sizeLimit else { return blank(.binary) }
    for format in formats(name, before) {
      var difference = blank(format)
      let isUnderstood =
        switch format {
        case .json: JSONComparison.compare(before, after, &difference)
        case .jsonLines: JSONComparison.compareLines(before, after, &difference)
        case .table: TableComparison.compare(before, after, name: name, &difference)
        case .array: ArrayComparison.compare(before, after, &difference)
        case .arrays: ArrayComparison.compareArchives(before, after, &difference)
        case .text: TextComparison.compare(before, after, &difference)
        // Bytes that aren't the same are compared as text, or as bytes.
        case .parquet, .notebook, .image: false
        case .binary: true
        }
      if isUnderstood { return difference }
    }
    return blank(.binary)
  }

  private static func formats(_ name: String, _ bytes: [UInt8]) -> [ContentFormat] {
    if bytes.starts(with: ArrayFile.magic) { return [.array] }
    let ending = name.split(separator: ".", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
    switch ending {
    case "npz": return [.arrays]
    case "json", "geojson", "ipynb": return [.json, .text]
    case "jsonl", "ndjson": return [.jsonLines, .text]
    case "csv", "tsv", "tab": return [.table, .text]
    default: return [.text]
    }
  }

  private static func firstDifference(_ before: [UInt8], _ after: [UInt8]) -> Int? {
    if before == after { return nil }
    return zip(before, after).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? min(before.count, after.count)
  }
}

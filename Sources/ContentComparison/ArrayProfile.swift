internal import MLTBase

/// Makes the profile of NumPy's files: each array, or each column of a small matrix, as a column.
struct ArrayProfile {
  private static let columnLimit = 64
  private static let segments: Int64 = 64

  let content: OpenContent
  let limits: ContentLimits

  func array() throws -> ContentProfile? {
    guard let file = ArrayFile(content.head[...], isHead: true) else {
      throw ContentProblem.damaged("the header is broken")
    }
    var profile = ContentProfile(format: .array, size: content.source.size)
    profile.shape = file.shape.map { Int64($0) }
    profile.rows = Int64(file.shape.first ?? 1)
    guard let kind = file.kind else {
      profile.remark = "elements of type \(shortened(file.type)) aren't looked at"
      return profile
    }
    let source = try content.place(limits)
    let size = Int64(file.count) * Int64(ArrayFile.size(kind))
    guard Int64(file.dataOffset) + size <= source.size else { throw ContentProblem.damaged("the array is cut short") }
    let width = Self.width(file)
    var columns = Self.columns(file, width)
    var read: Int64 = 0
    for range in ranges(size, unit: Int64(ArrayFile.size(kind) * width)) {
      var position = range.lowerBound
      let step = (Int64(1 << 20) / Int64(ArrayFile.size(kind) * width) + 1) * Int64(ArrayFile.size(kind) * width)
      while position < range.upperBound {
        let bytes = try source.read(
          at: Int64(file.dataOffset) + position, count: Int(min(step, range.upperBound - position)))
        guard !bytes.isEmpty else { throw ContentProblem.damaged("the array is cut short") }
        Self.add(bytes, file, kind, width, &columns)
        position += Int64(bytes.count)
        read += Int64(bytes.count)
      }
    }
    let rows = read / Int64(max(1, ArrayFile.size(kind) * width))
    profile.columns = columns.map { $0.profile(rows: rows) }
    if read < size { profile.sample = ContentProfile.Sample(bytes: read, rows: rows, isSpread: true) }
    return profile
  }

  func arrays() throws -> ContentProfile? {
    guard let bytes = try content.all(limit: limits.bytes) else { return nil }
    guard let archive = ZipArchive(bytes) else { throw ContentProblem.damaged("it isn't a zip archive") }
    var profile = ContentProfile(format: .arrays, size: content.source.size)
    for entry in archive.entries.prefix(limits.columns) {
      let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
      let column = ColumnAccumulator(name)
      var count = 0
      if let data = archive.contents(of: entry), let file = ArrayFile(data[...]), let kind = file.kind {
        var columns = [column]
        Self.add(Array(file.data.prefix(file.count * ArrayFile.size(kind))), file, kind, 1, &columns)
        count = file.count
      }
      profile.columns.append(column.profile(rows: Int64(count)))
    }
    return profile
  }

  /// How many columns a matrix is taken as; 1 for all else.
  private static func width(_ file: ArrayFile) -> Int {
    guard file.shape.count == 2, !file.isFortranOrder, (2...columnLimit).contains(file.shape[1]) else { return 1 }
    return file.shape[1]
  }

  private static func columns(_ file: ArrayFile, _ width: Int) -> [ColumnAccumulator] {
    width == 1 ? [ColumnAccumulator("values")] : (0..<width).map { ColumnAccumulator("column \($0)") }
  }

  private static func add(
    _ bytes: [UInt8], _ file: ArrayFile, _ kind: ArrayFile.Kind, _ width: Int, _ columns: inout [ColumnAccumulator]
  ) {
    let none = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    bytes.withUnsafeBytes { raw in
      for index in 0..<(bytes.count / ArrayFile.size(kind)) {
        let element = ArrayElement(raw, kind, index, 0, file.isBigEndian)
        columns[width == 1 ? 0 : index % width].add(element.cell, none)
      }
    }
  }

  /// What is read of so many bytes: all, or pieces that are evenly spread.
  private func ranges(_ size: Int64, unit: Int64) -> [Range<Int64>] {
    guard size > limits.bytes, unit > 0 else { return [0..<size] }
    let length = max(1, limits.bytes / Self.segments / unit) * unit
    return (0..<Self.segments).compactMap { index in
      let start = (size - length) / (Self.segments - 1) * index / unit * unit
      return start >= 0 && start + length <= size ? start..<(start + length) : nil
    }
  }
}

internal import MLTBase

/// Makes a content's profile by reading it through once.
struct ProfileBuilder {
  private static let segmentCount: Int64 = 64
  private static let wholeLimit: Int64 = 32 << 20

  let content: OpenContent
  let limits: ContentLimits

  func profile() throws -> ContentProfile {
    var remark: String?
    for format in content.formats {
      do {
        guard var profile = try self.profile(as: format) else { continue }
        profile.isGzipped = content.isGzipped
        if profile.remark == nil { profile.remark = remark }
        if profile.remark == nil, content.hasCarriageEnds { profile.remark = "lines end with carriage returns alone" }
        return profile
      } catch let problem as ContentProblem {
        remark = remark ?? "read as other than \(format.name), since \(problem)"
      }
    }
    var profile = ContentProfile(format: .binary, size: content.source.size)
    profile.isGzipped = content.isGzipped
    profile.remark = remark
    return profile
  }

  private func profile(as format: ContentFormat) throws -> ContentProfile? {
    switch format {
    case .table: return try table()
    case .jsonLines: return try records(isArray: false, format: .jsonLines)
    case .json: return try json()
    case .text: return try text()
    case .binary: return ContentProfile(format: .binary, size: content.source.size)
    case .notebook: return try notebook()
    case .parquet: return try parquet()
    case .array: return try ArrayProfile(content: content, limits: limits).array()
    case .arrays: return try ArrayProfile(content: content, limits: limits).arrays()
    case .image: return try image()
    }
  }

  // MARK: What is read

  /// A part of the content that is read, as a stream of text.
  private struct Segment {
    var stream: any ByteStream
    var isInside: Bool
  }

  private var isSampled: Bool { !content.isGzipped && content.source.size > limits.bytes }

  /// The whole content, or pieces of it that are evenly spread.
  private func segments(_ body: (Segment) throws -> Bool) throws -> ContentProfile.Sample? {
    let size = content.source.size
    guard isSampled else {
      let whole = HeadStream(try content.text(), content.isGzipped ? limits.bytes : .max)
      _ = try body(Segment(stream: whole, isInside: false))
      return whole.isCut ? ContentProfile.Sample(bytes: limits.bytes, rows: 0, isSpread: false) : nil
    }
    // Even, for the sake of text of two bytes a letter.
    let length = max(4096, limits.bytes / Self.segmentCount) & ~1
    let count = max(1, min(Self.segmentCount, limits.bytes / length))
    for index in 0..<count {
      let start = count == 1 ? 0 : (size - length) / (count - 1) * index & ~1
      let range = start..<min(size, index == count - 1 && count > 1 ? size : start + length)
      let segment = Segment(stream: try content.text(range), isInside: start > 0)
      guard try body(segment) else { break }
    }
    return ContentProfile.Sample(bytes: length * count, rows: 0, isSpread: true)
  }

  private func finish(
    _ profile: inout ContentProfile, _ sample: ContentProfile.Sample?, rows: Int64, bytes: Int64
  ) {
    profile.encoding = content.encoding
    profile.sample = sample
    profile.sample?.rows = rows
    guard sample?.isSpread == true, bytes > 0 else { return }
    profile.rows = Int64((Double(rows) * Double(content.source.size) / Double(bytes)).rounded())
  }

  // MARK: Formats

  private func table() throws -> ContentProfile {
    var rows = try SeparatedRows(head: content.textHead, name: content.name)
    var sink = ProfileSink(limit: limits.columns)
    for name in rows.names { sink.column(name) }
    let sample = try segments {
      try rows.read($0.stream, isInside: $0.isInside, into: &sink)
    }
    if let problem = rows.problem { throw problem }
    var profile = ContentProfile(format: .table, size: content.source.size)
    profile.rows = rows.count
    profile.columns = sink.profiles(rows: rows.count)
    finish(&profile, sample, rows: rows.count, bytes: rows.byteCount)
    profile.remark = rows.remark
    profile.hasMoreColumns = rows.names.count > limits.columns
    return profile
  }

  private func records(isArray: Bool, format: ContentFormat) throws -> ContentProfile {
    var rows = RecordRows(columnLimit: limits.columns)
    var sink = ProfileSink(limit: limits.columns)
    let sample: ContentProfile.Sample?
    if format == .json, isSampled {
      // An element of an array, or of an object, can't be told from what is in it anywhere else than at the start.
      let head = HeadStream(try content.text(), limits.bytes)
      _ = try rows.read(head, isInside: false, isArray: isArray, into: &sink)
      sample = ContentProfile.Sample(bytes: limits.bytes, rows: 0, isSpread: false)
    } else {
      sample = try segments {
        try rows.read($0.stream, isInside: $0.isInside, isArray: isArray, into: &sink)
      }
    }
    if rows.count == 0, format == .jsonLines { throw ContentProblem.noRows }
    var profile = ContentProfile(format: format, size: content.source.size)
    profile.rows = rows.count
    profile.columns = sink.profiles(rows: rows.count)
    finish(&profile, sample, rows: rows.count, bytes: rows.byteCount)
    profile.hasMoreColumns = rows.hasMoreColumns
    return profile
  }

  private func json() throws -> ContentProfile {
    let start = content.textHead.first { $0 > 32 }
    do {
      return try records(isArray: start == UInt8(ascii: "["), format: .json)
    } catch let problem as ContentProblem {
      // A list of other things than objects, or a mere value.
      guard let text = try content.allText(limit: Self.wholeLimit), (try? JSON(parsing: text)) != nil else {
        throw problem
      }
      var profile = ContentProfile(format: .json, size: content.source.size)
      profile.encoding = content.encoding
      return profile
    }
  }

  private func parquet() throws -> ContentProfile {
    let file = try ParquetFile(content.place(limits))
    let sample = file.sample(limits.bytes)
    var sink = ProfileSink(limit: limits.columns)
    try file.read(sample.groups, into: &sink)
    var profile = ContentProfile(format: .parquet, size: content.source.size)
    profile.rows = file.rows
    profile.columns = sink.profiles(rows: sample.rows)
    profile.hasMoreColumns = sink.hasMoreColumns
    if sample.rows < file.rows {
      profile.sample = ContentProfile.Sample(bytes: sample.bytes, rows: sample.rows, isSpread: true)
    }
    return profile
  }

  private func image() throws -> ContentProfile? {
    guard let picture = try Picture(content.place(limits)) else { throw ContentProblem.damaged("it isn't a picture") }
    var profile = ContentProfile(format: .image, size: content.source.size)
    profile.shape = [Int64(picture.width), Int64(picture.height)]
    return profile
  }

  private func notebook() throws -> ContentProfile? {
    guard let text = try content.allText(limit: Self.wholeLimit), let json = JSONDifference.parse(text),
      json["cells"]?.array != nil
    else { throw ContentProblem.damaged("it isn't a notebook") }
    var profile = ContentProfile(format: .notebook, size: content.source.size)
    profile.encoding = content.encoding
    return profile
  }

  private func text() throws -> ContentProfile {
    var lines: Int64 = 0
    var bytes: Int64 = 0
    var last: UInt8?
    let sample = try segments { segment in
      while let block = try segment.stream.next() {
        lines += Int64(block.count { $0 == UInt8(ascii: "\n") })
        bytes += Int64(block.count)
        last = block.last
      }
      return true
    }
    if let last, last != UInt8(ascii: "\n") { lines += 1 }
    var profile = ContentProfile(format: .text, size: content.source.size)
    profile.encoding = content.encoding
    profile.sample = sample
    profile.sample?.rows = lines
    profile.lines =
      sample?.isSpread == true && bytes > 0
      ? Int64((Double(lines) * Double(content.source.size) / Double(bytes)).rounded()) : lines
    return profile
  }
}

/// Hands each cell to its column's accumulator.
struct ProfileSink: RowSink, ColumnSink {
  let limit: Int
  private(set) var columns: [ColumnAccumulator] = []
  /// Whether there were more than the limit.
  private(set) var hasMoreColumns = false

  init(limit: Int) {
    self.limit = limit
  }

  mutating func column(_ name: String) {
    if columns.count < limit { columns.append(ColumnAccumulator(name)) } else { hasMoreColumns = true }
  }

  @inline(__always)
  mutating func cell(_ column: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    if column < columns.count { columns[column].add(value, text) }
  }

  mutating func endRow() -> Bool { true }

  mutating func cell(_ column: Int, row: Int, _ value: CellValue, _ text: UnsafeBufferPointer<UInt8>) {
    cell(column, value, text)
  }

  mutating func endColumns(rows: Int) {}

  /// What the columns are like after a number of rows.
  func profiles(rows: Int64) -> [ColumnProfile] { columns.map { $0.profile(rows: rows) } }
}

extension ContentFormat {
  /// What people call it.
  var name: String {
    switch self {
    case .json: "JSON"
    case .jsonLines: "JSON Lines"
    case .table: "a table"
    case .array: "a NumPy array"
    case .arrays: "NumPy arrays"
    case .parquet: "Parquet"
    case .notebook: "a notebook"
    case .image: "an image"
    case .text: "text"
    case .binary: "bytes"
    }
  }
}

public import MLTBase

/// A row that can't be used as it is.
public struct RowProblem: Hashable, Sendable {
  /// The row's number among the log's rows, from 1 on; without the names' row.
  public var row: Int64
  /// What is wrong: a lower-case phrase.
  public var reason: String

  /// Takes the facts.
  public init(row: Int64, reason: String) {
    self.row = row
    self.reason = reason
  }
}

/// What a log holds, as far as one reading from end to end tells.
public struct LogSummary: Hashable, Sendable {
  /// How many rows there are, empty ones left out.
  public var rows: Int64 = 0
  /// How many of them something is wrong with.
  public var bad: Int64 = 0
  /// The first of these.
  public var problems: [RowProblem] = []
  /// The earliest time.
  public var first: Timestamp?
  /// The latest time.
  public var last: Timestamp?
  /// How many rows name each model; not all of them if ``hasMoreModels``.
  public var models: [String: Int64] = [:]
  /// Whether more models are named than are counted.
  public var hasMoreModels = false
  /// How many bytes the log has, unpacked.
  public var size: Int64 = 0
}

/// Reads a log from end to end, as its bytes come: checks its rows, counts, and notes where each key stands.
///
/// Memory doesn't grow with the log.
public final class LogScan {
  /// How many bad rows are kept with their reason.
  public static let problemLimit = 20
  /// How many models are counted.
  public static let modelLimit = 1000

  private let keys: KeyIndexBuilder?
  private let wanted: (key: [UInt8], limit: Int)?
  /// Where the key stands that was to be found.
  public private(set) var places: [KeyIndex.Place] = []
  private let inflation: GzipReader?
  private var splitter: RowSplitter
  private var reader: RowReader
  private var summary = LogSummary()
  private var first = Int64.max
  private var last = Int64.min
  // Rows after each other mostly name the same model.
  private var latestModel: (name: [UInt8], count: Int64) = ([], 0)
  private var models: [[UInt8]: Int64] = [:]

  /// Begins.
  ///
  /// - Parameter keys: who is told of keys; nil for nobody.
  public convenience init(_ layout: LogLayout, keys: KeyIndexBuilder? = nil) {
    self.init(layout, keys, nil)
  }

  /// Begins to look for a key, as far as a number of rows that have it.
  public convenience init(_ layout: LogLayout, finding key: [UInt8], limit: Int) {
    self.init(layout, nil, (key, limit))
  }

  private init(_ layout: LogLayout, _ keys: KeyIndexBuilder?, _ wanted: (key: [UInt8], limit: Int)?) {
    self.keys = keys
    self.wanted = wanted
    inflation = layout.isCompressed ? GzipReader() : nil
    splitter = RowSplitter(layout.format)
    reader = RowReader(layout)
  }

  /// Takes the log's next bytes, as they are stored.
  ///
  /// - Throws: ``LogError``, and what writing a key index throws.
  public func take(_ piece: UnsafeRawBufferPointer) throws {
    guard let inflation else { return try split(piece, isLast: false) }
    try inflation.take(piece) { point in
      try keys?.add(point)
    } body: { unpacked in
      try split(unpacked, isLast: false)
    }
  }

  /// Ends, and returns what was found.
  ///
  /// - Throws: as ``take(_:)``; ``LogError/truncatedGzip``.
  public func finish() throws -> LogSummary {
    try inflation?.finish()
    try split(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
    keep(latestModel)
    summary.models = Dictionary(
      models.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }, uniquingKeysWith: { $0 + $1 })
    if first <= last {
      summary.first = Timestamp(microseconds: first)
      summary.last = Timestamp(microseconds: last)
    }
    return summary
  }

  private func split(_ piece: UnsafeRawBufferPointer, isLast: Bool) throws {
    summary.size += Int64(piece.count)
    // Each is used by one call at a time; taken out, so that the body may use the others.
    var splitter = splitter
    self.splitter = RowSplitter(.jsonLines)
    defer { self.splitter = splitter }
    try splitter.take(piece, isLast: isLast) { try add($0) }
  }

  private func add(_ row: RowSplitter.Row) throws {
    if reader.wantsHeader { return try reader.takeHeader(row) }
    summary.rows += 1
    let found = reader.read(row)
    if let problem = found.problem {
      summary.bad += 1
      if summary.problems.count < Self.problemLimit {
        summary.problems.append(RowProblem(row: summary.rows, reason: problem))
      }
    }
    if let time = found.time {
      first = min(first, time)
      last = max(last, time)
    }
    if let model = found.model, !model.isEmpty { count(model) }
    if let wanted, let key = found.key, places.count < wanted.limit,
      key.withBytes({ $0.elementsEqual(wanted.key) })
    {
      places.append(KeyIndex.Place(row: summary.rows, offset: row.offset))
    }
    if let keys, let key = found.key {
      try keys.add(key.withBytes { KeyHash.of($0) }, row: summary.rows, offset: row.offset)
    }
  }

  private func count(_ model: Cell) {
    if model.withBytes({ $0.elementsEqual(latestModel.name) }) {
      latestModel.count += 1
    } else {
      keep(latestModel)
      latestModel = (model.bytes, 1)
    }
  }

  private func keep(_ model: (name: [UInt8], count: Int64)) {
    if model.count == 0 { return }
    if models[model.name] == nil, models.count >= Self.modelLimit {
      summary.hasMoreModels = true
    } else {
      models[model.name, default: 0] += model.count
    }
  }
}

/// The number by which key indexes know a key.
enum KeyHash {
  /// The first 48 bits of the SHA-256 of a key.
  static func of(_ key: UnsafeRawBufferPointer) -> UInt64 {
    ContentHasher.contentID(of: key).withUnsafeBytes { bytes in
      UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) >> 16
    }
  }
}

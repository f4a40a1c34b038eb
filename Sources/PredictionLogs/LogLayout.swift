/// Which columns somebody wants to be what; what isn't said is found.
public struct ColumnChoice: Hashable, Sendable {
  /// The column of keys.
  public var key: String?
  /// The column of times.
  public var time: String?
  /// The column of models' versions or ids.
  public var model: String?
  /// The columns that the model was given; empty for all others.
  public var inputs: [String] = []
  /// The columns that it answered with; empty for what looks like it.
  public var outputs: [String] = []

  /// Leaves all to be found.
  public init() {}
}

/// How a log is to be read: its format, and what its columns are.
public struct LogLayout: Hashable, Sendable {
  /// How its rows are written.
  public var format: LogFormat
  /// Whether the whole is compressed with gzip.
  public var isCompressed: Bool
  /// The column of keys.
  public var key: String
  /// The column of times; nil if there is none.
  public var time: String?
  /// The column of models' versions or ids; nil if there is none.
  public var model: String?
  /// The columns that the model was given; empty for all others.
  public var inputs: [String]
  /// The columns that it answered with.
  public var outputs: [String]

  /// Takes the facts.
  public init(
    format: LogFormat, isCompressed: Bool = false, key: String, time: String? = nil, model: String? = nil,
    inputs: [String] = [], outputs: [String] = []
  ) {
    self.format = format
    self.isCompressed = isCompressed
    self.key = key
    self.time = time
    self.model = model
    self.inputs = inputs
    self.outputs = outputs
  }

  // MARK: Finding it

  /// Finds out how a log is to be read.
  ///
  /// - Parameters:
  ///   - choice: what is known already.
  ///   - format: the format, if it is known.
  ///   - name: the file's name, whose end may tell the format.
  ///   - head: the log's first bytes, unpacked.
  ///   - isWhole: whether these are all of them.
  ///   - isCompressed: whether the log is compressed.
  public init(
    _ choice: ColumnChoice, format: LogFormat? = nil, name: String, head: [UInt8], isWhole: Bool, isCompressed: Bool
  ) throws(LayoutProblem) {
    let found: LogFormat
    if let format { found = format } else { found = try Self.format(name: name, head: head) }
    try self.init(choice, found, head: head, isWhole: isWhole, isCompressed: isCompressed)
  }

  private init(
    _ choice: ColumnChoice, _ format: LogFormat, head: [UInt8], isWhole: Bool, isCompressed: Bool
  ) throws(LayoutProblem) {
    let columns = try Self.columns(format, head, isWhole: isWhole)
    self.init(format: format, isCompressed: isCompressed, key: choice.key ?? "key")
    // Without a row nobody knows the columns, and nothing speaks against what somebody says of them.
    guard !columns.isEmpty else {
      (time, model, inputs, outputs) = (choice.time, choice.model, choice.inputs, choice.outputs)
      return
    }
    for name in [choice.key, choice.time, choice.model].compactMap({ $0 }) + choice.inputs + choice.outputs
    where !columns.contains(where: { Self.means($0, name, in: format) }) {
      throw .missingColumn(name, columns: columns)
    }
    var taken = Set([choice.key, choice.time, choice.model].compactMap { $0 } + choice.inputs + choice.outputs)
    func find(_ chosen: String?, _ names: [String], orEndingWith ends: [String] = []) -> String? {
      if let chosen { return chosen }
      let free = columns.filter { !taken.contains($0) }
      let found =
        names.lazy.compactMap { name in free.first { Self.plain($0) == name } }.first
        ?? ends.lazy.compactMap { end in free.first { Self.plain($0).hasSuffix(end) } }.first
      if let found { taken.insert(found) }
      return found
    }
    time = find(choice.time, Self.timeNames)
    model = find(choice.model, Self.modelNames)
    guard let key = find(choice.key, Self.keyNames, orEndingWith: ["id", "key", "uuid"]) else {
      throw .noKey(columns: columns)
    }
    self.key = key
    outputs = choice.outputs.isEmpty ? find(nil, Self.outputNames).map { [$0] } ?? [] : choice.outputs
    inputs = choice.inputs
  }

  private static let keyNames = [
    "key", "id", "predictionid", "requestid", "recordid", "rowid", "uuid", "entityid", "customerid", "userid",
  ]
  private static let timeNames = [
    "time", "timestamp", "ts", "at", "datetime", "predictedat", "predictiontime", "scoredat", "loggedat", "createdat",
    "eventtime", "date",
  ]
  private static let modelNames = ["model", "modelversion", "modelid", "modelname", "modelhash"]
  private static let outputNames = [
    "prediction", "output", "predicted", "score", "yhat", "ypred", "pred", "probability", "proba", "result", "label",
    "answer", "value",
  ]

  // A column's name without what people write it differently by.
  private static func plain(_ name: String) -> String {
    String(name.lowercased().unicodeScalars.filter { !"_- .".unicodeScalars.contains($0) })
  }

  // In JSON a dot may lead into an object.
  private static func means(_ column: String, _ name: String, in format: LogFormat) -> Bool {
    column == name || format == .jsonLines && name.hasPrefix(column + ".")
  }

  private static func format(name: String, head: [UInt8]) throws(LayoutProblem) -> LogFormat {
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { throw .utf16 }
    if head.contains(0) || head.starts(with: Array("PAR1".utf8)) { throw .binary }
    var name = name.lowercased()
    if name.hasSuffix(".gz") { name = String(name.dropLast(3)) }
    let text = head.starts(with: RowSplitter.mark) ? head[3...] : head[...]
    let first = text.first { !" \t\r\n".utf8.contains($0) }
    if [".jsonl", ".ndjson", ".jsonlines", ".json"].contains(where: { name.hasSuffix($0) })
      || first == UInt8(ascii: "{")
    {
      if first == UInt8(ascii: "[") { throw .jsonArray }
      return .jsonLines
    }
    if name.hasSuffix(".tsv") || name.hasSuffix(".tab") { return .table(delimiter: UInt8(ascii: "\t")) }
    let header = text.prefix { $0 != UInt8(ascii: "\n") }
    let candidates = ",;\t|".utf8.map { byte in (byte, header.count { $0 == byte }) }
    // Of equally many the first: a comma.
    let best = candidates.reduce(candidates[0]) { $1.1 > $0.1 ? $1 : $0 }
    return .table(delimiter: best.0)
  }

  private static let sampledRows = 100

  /// The names of the columns, as far as the first bytes tell.
  private static func columns(
    _ format: LogFormat, _ head: [UInt8], isWhole: Bool
  ) throws(LayoutProblem) -> [String] {
    var columns: [String] = []
    var rows = 0
    var isTooLong = false
    var splitter = RowSplitter(format)
    head.withUnsafeBytes { head in
      splitter.take(head, isLast: isWhole) { row in
        rows += 1
        if row.problem == .tooLong, rows == 1 { isTooLong = true }
        switch format {
        case .table(let delimiter): if rows == 1 { columns = TableHeader(row.bytes, delimiter).names }
        case .jsonLines:
          if rows > sampledRows { return }
          var scanner = MemberScanner()
          guard scanner.scan(row.bytes) else { return }
          for member in scanner.members {
            let name = scanner.name(of: member, in: row.bytes)
            if !columns.contains(name) { columns.append(name) }
          }
        }
      }
    }
    if isTooLong || rows == 0 && head.count > RowSplitter.limit { throw .longRow }
    return columns
  }
}

public import MLTBase

/// One prediction, as its row says it.
public struct PredictionRow: Sendable {
  /// A column with what it holds.
  public struct Value: Hashable, Sendable {
    /// The column's name.
    public let name: String
    /// What the row has there, as text; of a nested value its JSON.
    public let text: String

    /// Takes both.
    public init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// The row's number among the log's rows, from 1 on; without the names' row.
  public var number: Int64
  /// The key.
  public var key: [UInt8]
  /// When the prediction was made; nil if the row doesn't say it, or not so that it can be read.
  public var time: Timestamp?
  /// What the row says of the time.
  public var timeText: String?
  /// What the row says of the model.
  public var model: String?
  /// What the model answered.
  public var outputs: [Value]
  /// What it was given.
  public var inputs: [Value]
  /// What is wrong with the row; nil if nothing is.
  public var problem: String?

  /// Takes what a row says.
  public init(
    number: Int64, key: [UInt8], time: Timestamp? = nil, timeText: String? = nil, model: String? = nil,
    outputs: [Value] = [], inputs: [Value] = [], problem: String? = nil
  ) {
    self.number = number
    self.key = key
    self.time = time
    self.timeText = timeText
    self.model = model
    self.outputs = outputs
    self.inputs = inputs
    self.problem = problem
  }
}

/// Reads the rows of one log; one reader is used for many.
struct RowReader {
  /// What a row has in the columns that matter, until the next row is read.
  struct Found {
    var key: Cell?
    var time: Int64?
    var model: Cell?
    var problem: String?
  }

  private let layout: LogLayout
  /// The columns' names; nil before the first row of a table.
  private(set) var header: TableHeader?
  private var key: Int?
  private var time: Int?
  private var model: Int?
  private var fields = TableFields()
  private var scanner = MemberScanner()

  init(_ layout: LogLayout) {
    self.layout = layout
  }

  /// Whether the next row names the columns.
  var wantsHeader: Bool {
    if case .table = layout.format { header == nil } else { false }
  }

  /// Takes the row that names the columns.
  ///
  /// - Throws: ``LogError/missingColumn(_:)`` if the keys' isn't among them.
  mutating func takeHeader(_ row: RowSplitter.Row) throws(LogError) {
    guard case .table(let delimiter) = layout.format else { return }
    let header = TableHeader(row.bytes, delimiter)
    guard let key = header.place(of: layout.key) else { throw .missingColumn(layout.key) }
    self.header = header
    self.key = key
    time = layout.time.flatMap { header.place(of: $0) }
    model = layout.model.flatMap { header.place(of: $0) }
  }

  /// Reads key, time and model of a row.
  mutating func read(_ row: RowSplitter.Row) -> Found {
    var found = Found()
    switch row.problem {
    case .tooLong?: return Found(problem: "it has more than \(RowSplitter.limit >> 20) MiB")
    case .openQuote?: found.problem = "a quote isn't closed"
    case nil: break
    }
    switch layout.format {
    case .table(let delimiter): readFields(row.bytes, delimiter, &found)
    case .jsonLines: readMembers(row.bytes, &found)
    }
    if found.key?.isEmpty != false {
      found.key = nil
      found.problem = found.problem ?? "it has no '\(layout.key)'"
    }
    return found
  }

  private mutating func readFields(_ row: UnsafeRawBufferPointer, _ delimiter: UInt8, _ found: inout Found) {
    fields.split(row, delimiter)
    let count = fields.places.count
    if let header, header.names.count != count, found.problem == nil {
      found.problem = "it has \(count) fields, not \(header.names.count)"
    }
    if let key, key < count { found.key = fields.cell(key, of: row) }
    if let model, model < count { found.model = fields.cell(model, of: row) }
    if let time, time < count { setTime(fields.cell(time, of: row), &found) }
  }

  private mutating func readMembers(_ row: UnsafeRawBufferPointer, _ found: inout Found) {
    guard scanner.scan(row) else {
      found.problem = found.problem ?? "it isn't a JSON object"
      return
    }
    func cell(_ name: String) -> Cell? {
      scanner.found(name, in: row).flatMap { MemberScanner.scalar(UnsafeRawBufferPointer(rebasing: row[$0])) }
    }
    found.key = cell(layout.key)
    found.model = layout.model.flatMap(cell)
    if let time = layout.time {
      guard let cell = cell(time) else {
        found.problem = found.problem ?? "it has no '\(time)'"
        return
      }
      setTime(cell, &found)
    }
  }

  private func setTime(_ cell: Cell, _ found: inout Found) {
    found.time = cell.withBytes { Moment.microseconds($0) }
    if found.time == nil, found.problem == nil {
      found.problem = cell.isEmpty ? "it has no '\(layout.time ?? "")'" : "'\(Self.shortened(cell.text))' is no time"
    }
  }

  private static func shortened(_ text: String) -> String { text.count > 40 ? text.prefix(39) + "…" : text }

  // MARK: Whole rows

  /// Reads all of a row.
  mutating func whole(_ row: RowSplitter.Row, number: Int64) -> PredictionRow {
    let found = read(row)
    var prediction = PredictionRow(
      number: number, key: found.key?.bytes ?? [], time: found.time.map { Timestamp(microseconds: $0) },
      timeText: nil, model: found.model.flatMap { $0.isEmpty ? nil : $0.text }, outputs: [], inputs: [],
      problem: found.problem)
    for value in values(row.bytes) {
      if value.name == layout.time { prediction.timeText = value.text }
      if value.name == layout.key || value.name == layout.time || value.name == layout.model { continue }
      if layout.outputs.contains(value.name) {
        prediction.outputs.append(value)
      } else if layout.inputs.isEmpty || layout.inputs.contains(value.name) {
        prediction.inputs.append(value)
      }
    }
    if case .jsonLines = layout.format { addNested(row.bytes, &prediction) }
    return prediction
  }

  private func values(_ row: UnsafeRawBufferPointer) -> [PredictionRow.Value] {
    switch layout.format {
    case .table:
      let names = header?.names ?? []
      return fields.places.indices.map { index in
        PredictionRow.Value(
          name: index < names.count ? names[index] : "column \(index + 1)", text: fields.cell(index, of: row).text)
      }
    case .jsonLines:
      return scanner.members.map { member in
        PredictionRow.Value(name: scanner.name(of: member, in: row), text: Self.text(row, member.value))
      }
    }
  }

  // Columns within objects, named with dots.
  private func addNested(_ row: UnsafeRawBufferPointer, _ prediction: inout PredictionRow) {
    func value(_ name: String) -> PredictionRow.Value? {
      guard !scanner.members.contains(where: { scanner.name(of: $0, in: row) == name }),
        let place = scanner.found(name, in: row)
      else { return nil }
      return PredictionRow.Value(name: name, text: Self.text(row, place))
    }
    prediction.outputs += layout.outputs.compactMap(value)
    prediction.inputs += layout.inputs.compactMap(value)
    if let time = layout.time, prediction.timeText == nil { prediction.timeText = value(time)?.text }
  }

  private static func text(_ row: UnsafeRawBufferPointer, _ place: Range<Int>) -> String {
    let value = UnsafeRawBufferPointer(rebasing: row[place])
    return MemberScanner.scalar(value)?.text ?? String(decoding: value, as: UTF8.self)
  }
}

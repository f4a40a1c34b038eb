internal import Pipelines
internal import PredictionLogs

/// The columns of a file that is drawn.
package struct PlotTable {
  package typealias Reason = FilePlotProblem.Reason

  /// The endings of files that have columns.
  static let endings: Set<String> = ["csv", "tsv", "json", "yaml", "yml"]
  /// The most bytes that are read of a file.
  static let sizeLimit = 1 << 28

  /// The names of the columns, in the file's order.
  package let names: [String]
  /// How many rows there are.
  package let count: Int
  /// The column that is drawn where nobody says which.
  package let lastName: String

  private enum Storage {
    case separated(TableText, hasHeader: Bool)
    case records([[String: PlotCell]])
  }
  private let storage: Storage

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - name: the file's name, whose ending says what it holds.
  ///   - hasHeader: whether the first row of CSV or TSV names the columns; otherwise they are called `0`, `1`, ….
  package init(_ bytes: [UInt8], name: String, hasHeader: Bool) throws(Reason) {
    switch Self.ending(of: name) {
    case "csv": try self.init(separated: bytes, UInt8(ascii: ","), hasHeader)
    case "tsv": try self.init(separated: bytes, UInt8(ascii: "\t"), hasHeader)
    case "json", "yaml", "yml": try self.init(records: bytes, name)
    default: throw .unsupportedKind
    }
  }

  /// The end of a file's name, in small letters.
  static func ending(of name: String) -> String {
    name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() ?? ""
  }

  // MARK: CSV and TSV

  private init(separated bytes: [UInt8], _ separator: UInt8, _ hasHeader: Bool) throws(Reason) {
    if bytes.prefix(1 << 16).contains(0) { throw .notText }
    let table = TableText(bytes, delimiter: separator)
    var names: [String]?
    var count = 0
    var problem: Reason?
    table.forEachRow { row in
      do throws(Reason) {
        guard let names else {
          names = try Self.names(in: row, hasHeader)
          count = hasHeader ? 0 : 1
          return true
        }
        // A row that is still being written isn't one yet.
        if row.isUnfinished, count > 0, row.isDamaged || row.count < names.count { return false }
        if row.isDamaged { throw .damagedRow(count + 1) }
        if row.count != names.count { throw .raggedRow(count + 1, cells: row.count, expected: names.count) }
        count += 1
        return true
      } catch {
        problem = error
        return false
      }
    }
    if let problem { throw problem }
    guard let names, count > 0 else { throw .noRows }
    self.names = names
    self.count = count
    lastName = names.last ?? ""
    storage = .separated(table, hasHeader: hasHeader)
  }

  private static func names(in row: TableRow, _ hasHeader: Bool) throws(Reason) -> [String] {
    if row.isDamaged { throw .damagedRow(1) }
    for column in 0..<row.count where !row.isText(column) { throw .notText }
    var seen: Set<String> = []
    return (0..<row.count).map { column in
      let name = hasHeader ? row.text(column) : "\(column)"
      // Without a name, or with one that another column has, a column is called by its place.
      return !name.isEmpty && seen.insert(name).inserted ? name : "\(column)"
    }
  }

  // MARK: JSON and YAML

  private init(records bytes: [UInt8], _ name: String) throws(Reason) {
    let value: PipelineValue
    do throws(PipelineProblem) {
      value = try ValueText.value(bytes, name: name)
    } catch {
      if case .notText = error.reason { throw .notText }
      throw .malformed(error)
    }
    if case .null = value { throw .noRows }
    // Objects at the same places of several lists are one row, as DVC has it.
    var rows: [[String: PlotCell]] = []
    var names: [String] = []
    var known: Set<String> = []
    var last: String?
    for list in Self.lists(in: value) {
      for (place, object) in list.enumerated() {
        if place == rows.count { rows.append([:]) }
        for member in object.members {
          if known.insert(member.key).inserted { names.append(member.key) }
          rows[place][member.key] = Self.cell(member.value)
        }
      }
      last = last ?? list.first?.members.last?.key
    }
    guard !rows.isEmpty else { throw .noList }
    guard let last else { throw .noRows }
    self.names = names
    count = rows.count
    lastName = last
    storage = .records(rows)
  }

  /// The lists of objects, in the order in which they are written, however deep.
  private static func lists(in value: PipelineValue) -> [[PipelineMap]] {
    switch value {
    case .list(let elements):
      let objects = elements.compactMap(\.map)
      return objects.isEmpty || objects.count < elements.count ? [] : [objects]
    case .map(let map): return map.members.flatMap { lists(in: $0.value) }
    default: return []
    }
  }

  private static func cell(_ value: PipelineValue) -> PlotCell {
    switch value {
    case .null: .missing
    case .bool(let value): .text(value ? "true" : "false")
    case .int(let value): .number(Double(value))
    case .largeInt(let digits): .number(Double(digits) ?? .nan)
    case .double(let value): .number(value)
    case .string(let text), .time(let text): .text(text)
    case .list: .text("[…]")
    case .map: .text("{…}")
    }
  }

  // MARK: Columns

  /// The cells of a column; nil if there is none of that name.
  package func column(_ name: String) -> [PlotCell]? { cells(of: name, limit: count) }

  /// The columns that begin with a number.
  package var numericNames: [String] {
    names.filter { name in
      // The first rows tell enough for a hint.
      cells(of: name, limit: 20)?.contains { !$0.isMissing && $0.number.map { !$0.isNaN } ?? false } ?? false
    }
  }

  private func cells(of name: String, limit: Int) -> [PlotCell]? {
    guard let place = names.firstIndex(of: name) else { return nil }
    let count = min(count, limit)
    switch storage {
    case .records(let rows): return rows.prefix(count).map { $0[name] ?? .missing }
    case .separated(let table, let hasHeader):
      var column: [PlotCell] = []
      column.reserveCapacity(count)
      var isHeader = hasHeader
      table.forEachRow { row in
        if !isHeader { column.append(place < row.count ? .text(row.text(place)) : .missing) }
        isHeader = false
        return column.count < count
      }
      return column
    }
  }
}

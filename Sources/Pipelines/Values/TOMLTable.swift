/// A table that is being read, with what TOML needs to know of how it came to be.
final class TOMLTable {
  /// What a key stands for.
  enum Entry {
    case value(PipelineValue)
    case array([Entry])
    case table(TOMLTable)
    /// The tables of `[[name]]`.
    case tables(TableList)
  }

  /// Tables that share a name, to which more are added in place.
  final class TableList {
    var tables: [TOMLTable]

    init(_ table: TOMLTable) {
      tables = [table]
    }
  }

  /// Which ways of adding to a table are left.
  private enum Origin {
    /// Named only as what another table lies in.
    case implied
    /// By its own header.
    case header
    /// By keys with dots.
    case dotted
    /// In braces: nothing can be added.
    case closed
  }

  private var names: [String] = []
  private var entries: [String: Entry] = [:]
  private var origin = Origin.implied

  private func set(_ name: String, _ entry: Entry) {
    if entries.updateValue(entry, forKey: name) == nil { names.append(name) }
  }

  /// Lets nothing be added any more.
  func close() {
    origin = .closed
    for case .table(let table) in entries.values { table.close() }
  }

  /// The table of a header; nil if it, or anything on the way to it, is defined otherwise.
  func open(_ keys: [String], isArray: Bool) -> TOMLTable? {
    var table = self
    for key in keys.dropLast() {
      switch table.entries[key] {
      case nil:
        let next = TOMLTable()
        table.set(key, .table(next))
        table = next
      case .table(let next) where next.origin != .closed: table = next
      case .tables(let list):
        guard let last = list.tables.last else { return nil }
        table = last
      default: return nil
      }
    }
    guard let name = keys.last else { return nil }
    let next = TOMLTable()
    next.origin = .header
    switch (table.entries[name], isArray) {
    case (nil, true): table.set(name, .tables(TableList(next)))
    case (.tables(let list), true): list.tables.append(next)
    case (nil, false): table.set(name, .table(next))
    case (.table(let old), false) where old.origin == .implied:
      old.origin = .header
      return old
    default: return nil
    }
    return next
  }

  /// Gives a key with dots its value; false if it, or anything on the way to it, is defined otherwise.
  func assign(_ keys: [String], _ entry: Entry) -> Bool {
    var table = self
    for key in keys.dropLast() {
      switch table.entries[key] {
      case nil:
        let next = TOMLTable()
        next.origin = .dotted
        table.set(key, .table(next))
        table = next
      case .table(let next) where next.origin == .dotted || next.origin == .implied: table = next
      default: return false
      }
    }
    guard let name = keys.last, table.entries[name] == nil else { return false }
    table.set(name, entry)
    return true
  }

  /// The table as a value.
  var value: PipelineMap {
    var map = PipelineMap()
    for name in names { map[name] = entries[name].map(Self.value) }
    return map
  }

  private static func value(_ entry: Entry) -> PipelineValue {
    switch entry {
    case .value(let value): value
    case .array(let entries): .list(entries.map(value))
    case .table(let table): .map(table.value)
    case .tables(let tables): .list(tables.tables.map { .map($0.value) })
    }
  }
}

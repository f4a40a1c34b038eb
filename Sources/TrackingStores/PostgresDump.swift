internal import MLTBase
internal import SystemPackage

/// The tables of a dump of a Postgres database: plain text as `pg_dump` writes it, with `COPY … FROM stdin`.
final class PostgresDump: TableSource {
  private static let limit = 1 << 30

  // The line that begins a table is longer in no dump.
  private static let headLimit = 1 << 16

  private struct Table {
    var columns: [String]
    /// Where its lines are.
    var place: Range<Int>
  }

  private let bytes: [UInt8]
  private var tables: [String: Table] = [:]

  /// Reads a dump.
  ///
  /// - Throws: ``TrackingStoreError/notAStore(_:)`` if it has no table at all; ``TrackingStoreError/cutDump(_:)`` if it isn't
  ///   whole: what an import would leave out for that, no later one would bring; ``TrackingStoreError/foreignDump(_:_:)``.
  init(_ path: FilePath) throws(TrackingStoreError) {
    do throws(SystemCallError) {
      guard let read = try FileOperations.contents(of: path, limit: Self.limit) else {
        throw SystemCallError("open", path, .noSuchFileOrDirectory)
      }
      bytes = read
    } catch {
      if error.errno == .noSuchFileOrDirectory { throw .missing(path) }
      throw .unreadable(path, reason: "\(error.errno)")
    }
    // What `pg_restore` reads; in an archive of tar's the first file is its table of contents.
    if bytes.starts(with: "PGDMP".utf8) || bytes.starts(with: "toc.dat\0".utf8) { throw .foreignDump(path, .archive) }
    var tables: [String: Table] = [:]
    var hasInserts = false
    var isWhole = false
    var current: (name: String, table: Table)?
    LineWalk.forEachLine(of: bytes[...]) { line, isFinished in
      if case (let name, var table)? = current {
        if isFinished, !line.elementsEqual(#"\."#.utf8) {
          table.place = table.place.lowerBound..<line.endIndex
          current = (name, table)
        } else {
          tables[name] = table
          current = isFinished ? nil : (name, table)
        }
      } else if isFinished, line.count <= Self.headLimit, line.starts(with: "COPY ".utf8),
        let head = Self.head(String(decoding: line, as: UTF8.self))
      {
        current = (head.name, Table(columns: head.columns, place: line.endIndex + 1..<line.endIndex + 1))
      } else if line.starts(with: "INSERT INTO ".utf8) {
        hasInserts = true
      } else if line.starts(with: "-- PostgreSQL database dump complete".utf8) {
        isWhole = true
      }
    }
    self.tables = tables
    if tables.isEmpty, current == nil {
      if hasInserts { throw .foreignDump(path, .inserts) }
      throw .notAStore(path)
    }
    if current != nil || !isWhole { throw .cutDump(path) }
  }

  // `COPY public.component_runs (id, component_name) FROM stdin;`
  private static func head(_ line: String) -> (name: String, columns: [String])? {
    guard line.contains(" FROM stdin"), let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"),
      open < close
    else { return nil }
    let full = line[line.index(line.startIndex, offsetBy: 5)..<open].filter { $0 != "\"" && $0 != " " }
    guard let name = full.split(separator: ".").last else { return nil }
    let columns = line[line.index(after: open)..<close].split(separator: ",")
    return (String(name), columns.map { $0.filter { $0 != "\"" && $0 != " " } })
  }

  func columns(of table: String) -> [String]? { tables[table]?.columns }

  func each(
    _ table: String, _ columns: [String], where key: (column: String, value: String)?, _ body: ([TableCell]) -> Void
  ) throws(TrackingStoreError) {
    guard let table = tables[table] else { return }
    let places = columns.map { table.columns.firstIndex(of: $0) }
    let wanted = key.map { (table.columns.firstIndex(of: $0.column), $0.value) }
    LineWalk.forEachLine(of: bytes[table.place]) { line, _ in
      let fields = line.split(
        separator: UInt8(ascii: "\t"), maxSplits: table.columns.count, omittingEmptySubsequences: false)
      func cell(_ place: Int?) -> TableCell {
        guard let place, fields.indices.contains(place) else { return .null }
        return Self.cell(fields[place])
      }
      if let wanted, cell(wanted.0).text != wanted.1 { return }
      body(places.map(cell))
    }
  }

  private static func cell(_ field: ArraySlice<UInt8>) -> TableCell {
    if field.elementsEqual(#"\N"#.utf8) { return .null }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(field.count)
    var rest = field
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
        bytes.append(byte)
        continue
      }
      switch escaped {
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "v"): bytes.append(0x0B)
      default: bytes.append(escaped)
      }
    }
    // A text of `bytea`, as Postgres writes it since version 9.
    if bytes.starts(with: #"\x"#.utf8), let decoded = Hex.decode(String(decoding: bytes[2...], as: UTF8.self)) {
      return .bytes(decoded)
    }
    return .text(String(decoding: bytes, as: UTF8.self))
  }
}

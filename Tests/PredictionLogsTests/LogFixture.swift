import CZlib
import MLTBase
import PredictionLogs
import SystemPackage
import TestSupport
import Testing

/// A log in memory that was read from end to end, with the index of its keys.
struct LogFixture {
  let layout: LogLayout
  let summary: LogSummary
  let index: KeyIndex
  let rows: LogRows

  /// Reads a log in pieces of one length.
  init(
    _ bytes: [UInt8], _ choice: ColumnChoice = ColumnChoice(), name: String = "log", pieces length: Int = 4096,
    stretches: Int = KeyIndexBuilder.standardStretch, in folder: FilePath
  ) throws {
    let log = BytesInMemory(bytes)
    layout = try LogHead(log).layout(choice, name: name)
    let builder = KeyIndexBuilder(temporaryFolder: folder, stretchLength: stretches)
    let scan = LogScan(layout, keys: builder)
    try LogFixture.feed(bytes, length, to: scan)
    summary = try scan.finish()
    let content = ContentHasher.contentID(of: bytes)
    let path = folder.appending("index")
    try builder.write(to: path, content: content, reading: LogFixture.reading, summary: summary)
    index = try #require(try KeyIndex(at: path, content: content, reading: LogFixture.reading))
    rows = LogRows(layout, log, index: index)
  }

  init(_ text: String, _ choice: ColumnChoice = ColumnChoice(), name: String = "log", in folder: FilePath) throws {
    try self.init(Array(text.utf8), choice, name: name, in: folder)
  }

  static let reading = ContentHasher.contentID(of: Array("reading".utf8))

  static func feed(_ bytes: [UInt8], _ length: Int, to scan: LogScan) throws {
    for start in stride(from: 0, to: bytes.count, by: length) {
      try bytes[start..<min(bytes.count, start + length)].withUnsafeBytes { try scan.take($0) }
    }
  }

  /// The rows with a key.
  func find(_ key: [UInt8]) throws -> [PredictionRow] {
    try index.places(of: key, limit: 1_000_000).compactMap { try rows.row(at: $0, key: key) }
  }

  func find(_ key: String) throws -> [PredictionRow] { try find(Array(key.utf8)) }

  /// Compresses bytes as one member of gzip data.
  static func gzip(_ bytes: [UInt8], level: Int32 = 6) throws -> [UInt8] {
    var stream = z_stream()
    try #require(
      deflateInit2_(
        &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
    let room = output.count
    let left = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        _ = deflate(&stream, Z_FINISH)
        return Int(stream.avail_out)
      }
    }
    return Array(output.prefix(room - left))
  }
}

internal import MLTBase

/// A content as it is found: unpacked if it is a gzip file, decoded if it is text.
struct OpenContent {
  private static let headSize = 1 << 16

  let source: any RandomAccessBytes
  /// The file's name, without `.gz`.
  let name: String
  let isGzipped: Bool
  /// The first bytes, unpacked but not decoded.
  let head: [UInt8]
  /// How text is written; nil for what isn't text.
  let encoding: TextEncoding?
  /// Whether lines end with a carriage return alone, as they did on old Macs and still do in some exports.
  let hasCarriageEnds: Bool

  init(_ source: any RandomAccessBytes, name: String) throws {
    self.source = source
    self.name = name.lowercased().hasSuffix(".gz") ? String(name.dropLast(3)) : name
    let packed = try source.read(at: 0, count: Self.headSize)
    if packed.starts(with: GunzipStream.magic), let head = try? Self.unpackedHead(source) {
      isGzipped = true
      self.head = head
    } else {
      isGzipped = false
      head = packed
    }
    encoding = TextEncoding.detect(head)
    if let encoding {
      let text = Self.decoded(head, encoding)
      hasCarriageEnds = text.contains(UInt8(ascii: "\r")) && !text.contains(UInt8(ascii: "\n"))
    } else {
      hasCarriageEnds = false
    }
  }

  private static func unpackedHead(_ source: any RandomAccessBytes) throws -> [UInt8] {
    let stream = try GunzipStream(SourceStream(source, 0..<source.size))
    var head: [UInt8] = []
    while head.count < headSize, let block = try stream.next() { head += block }
    return Array(head.prefix(headSize))
  }

  /// The first bytes of a text as UTF-8.
  var textHead: [UInt8] {
    guard let encoding else { return [] }
    let text = Self.decoded(head, encoding)
    return hasCarriageEnds ? LineEndStream.unified(text) : text
  }

  private static func decoded(_ head: [UInt8], _ encoding: TextEncoding) -> [UInt8] {
    let stream = DecodingStream(SourceStream(BytesInMemory(head), 0..<Int64(head.count)), encoding, isAtStart: true)
    return (try? stream.next()) ?? []
  }

  /// The bytes in order, unpacked.
  ///
  /// - Parameter range: the part to read, of a content that isn't packed.
  func bytes(_ range: Range<Int64>? = nil) throws -> any ByteStream {
    let stream = SourceStream(source, range ?? 0..<source.size)
    return isGzipped ? try GunzipStream(stream) : stream
  }

  /// The text in order, as UTF-8 without a byte order mark, its lines ending with newlines.
  func text(_ range: Range<Int64>? = nil) throws -> any ByteStream {
    var stream = try bytes(range)
    if let encoding, encoding != .utf8 {
      stream = DecodingStream(stream, encoding, isAtStart: (range?.lowerBound ?? 0) == 0)
    }
    return hasCarriageEnds ? LineEndStream(stream) : stream
  }

  /// All bytes, unpacked and as they are; nil if there are more than a limit.
  func all(limit: Int64) throws -> [UInt8]? {
    guard isGzipped || source.size <= limit else { return nil }
    return try Self.joined(bytes(), limit)
  }

  /// All of the text as UTF-8; nil if there is more than a limit.
  func allText(limit: Int64) throws -> [UInt8]? {
    guard isGzipped || source.size <= limit else { return nil }
    return try Self.joined(text(), limit)
  }

  private static func joined(_ stream: any ByteStream, _ limit: Int64) throws -> [UInt8]? {
    var all: [UInt8] = []
    while let block = try stream.next() {
      if all.isEmpty { all = block } else { all += block }
      guard Int64(all.count) <= limit else { return nil }
    }
    return all
  }

  /// The bytes for reading in places: as they are, or unpacked into memory.
  ///
  /// - Throws: if they are packed, and too many to be unpacked.
  func place(_ limits: ContentLimits) throws -> any RandomAccessBytes {
    guard isGzipped else { return source }
    guard let all = try all(limit: limits.bytes) else { throw ContentProblem.unsupported("as much as is packed here") }
    return BytesInMemory(all)
  }

  /// What the content may be, the likeliest first.
  var formats: [ContentFormat] {
    if head.starts(with: ArrayFile.magic) { return [.array, .binary] }
    if head.starts(with: Array("PAR1".utf8)) { return [.parquet, .binary] }
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) || head.starts(with: [0xFF, 0xD8, 0xFF]) {
      return [.image, .binary]
    }
    let ending = name.split(separator: ".", omittingEmptySubsequences: false).last?.lowercased() ?? ""
    if ending == "npz" { return [.arrays, .binary] }
    guard encoding != nil else { return [.binary] }
    switch ending {
    case "csv", "tsv", "tab", "psv": return [.table, .text]
    case "jsonl", "ndjson": return [.jsonLines, .text]
    case "json", "geojson": return [.json, .text]
    case "ipynb": return [.notebook, .json, .text]
    default: return [.text]
    }
  }
}

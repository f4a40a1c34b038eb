public import MLTBase

/// Reads single rows of a log.
public final class LogRows {
  private static let pieceLength = 64 << 10
  private static let headLength = 256 << 10

  private let layout: LogLayout
  private let bytes: any RandomAccessBytes
  private var reader: RowReader
  private var isReady = false
  // Rows that lie near each other are read at once.
  private var piece: (offset: Int64, bytes: [UInt8]) = (0, [])

  /// Takes a log's bytes, as they are stored.
  ///
  /// - Parameter index: the log's key index, by which a compressed log can be read from within; nil to read it from its beginning.
  public init(_ layout: LogLayout, _ bytes: any RandomAccessBytes, index: KeyIndex?) {
    self.layout = layout
    self.bytes = layout.isCompressed ? UnpackedBytes(packed: bytes, index: index) : bytes
    reader = RowReader(layout)
  }

  /// Returns the row at a place, if it has a key; nil if not.
  ///
  /// - Throws: ``LogError``, and what reading the bytes throws.
  public func row(at place: KeyIndex.Place, key: [UInt8]) throws -> PredictionRow? {
    try prepare()
    var found: PredictionRow?
    var count = Self.pieceLength
    while true {
      let (bytes, isLast) = try bytes(at: place.offset, count: count)
      var splitter = RowSplitter(layout.format, at: place.offset)
      var isOver = false
      bytes.withUnsafeBytes { bytes in
        // Of what is behind the row nothing is wanted.
        splitter.take(bytes, isLast: isLast) { row in
          if isOver { return }
          isOver = true
          guard row.offset == place.offset else { return }
          let whole = reader.whole(row, number: place.row)
          if whole.key == key { found = whole }
        }
      }
      if isOver || isLast || count > RowSplitter.limit { return found }
      count *= 8
    }
  }

  private func bytes(at offset: Int64, count: Int) throws -> (bytes: ArraySlice<UInt8>, isLast: Bool) {
    let end = piece.offset + Int64(piece.bytes.count)
    if offset >= piece.offset, offset < end, count == Self.pieceLength, end - offset >= 4096 {
      let start = Int(offset - piece.offset)
      return (piece.bytes[start...], end >= bytes.size)
    }
    let read = try bytes.read(at: offset, count: count)
    piece = (offset, read)
    return (read[...], read.count < count)
  }

  /// Reads the names of the columns.
  private func prepare() throws {
    if isReady { return }
    isReady = true
    guard reader.wantsHeader else { return }
    var count = Self.headLength
    while reader.wantsHeader {
      let head = try bytes.read(at: 0, count: count)
      var splitter = RowSplitter(layout.format)
      var failure: LogError?
      head.withUnsafeBytes { bytes in
        splitter.take(bytes, isLast: head.count < count) { row in
          guard reader.wantsHeader, failure == nil else { return }
          do throws(LogError) {
            try reader.takeHeader(row)
          } catch {
            failure = error
          }
        }
      }
      if let failure { throw failure }
      if head.count < count || count > RowSplitter.limit { return }
      count *= 8
    }
  }
}

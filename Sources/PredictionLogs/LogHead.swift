public import MLTBase

/// The first bytes of a log, which tell how it is to be read.
public struct LogHead {
  private static let magic: [UInt8] = [0x1F, 0x8B]
  // A row more than the longest there may be.
  private static let length = RowSplitter.limit + (64 << 10)

  private let bytes: [UInt8]
  private let isWhole: Bool
  private let isCompressed: Bool

  /// Reads them.
  ///
  /// - Throws: ``LogError/damagedGzip``, and what reading the log's bytes throws.
  public init(_ log: some RandomAccessBytes) throws {
    isCompressed = try log.read(at: 0, count: 2) == Self.magic
    bytes =
      isCompressed
      ? try UnpackedBytes(packed: log, index: nil).read(at: 0, count: Self.length)
      : try log.read(at: 0, count: Self.length)
    isWhole = bytes.count < Self.length
  }

  /// Finds out how the log is to be read.
  ///
  /// - Parameters:
  ///   - choice: what is known already.
  ///   - format: the format, if it is known.
  ///   - name: the file's name, whose end may tell the format.
  /// - Throws: ``LayoutProblem``.
  public func layout(
    _ choice: ColumnChoice, format: LogFormat? = nil, name: String
  ) throws(LayoutProblem) -> LogLayout {
    try LogLayout(choice, format: format, name: name, head: bytes, isWhole: isWhole, isCompressed: isCompressed)
  }
}

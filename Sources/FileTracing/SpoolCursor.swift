internal import CTracing
internal import MLTBase
internal import SystemPackage

/// A place in a spool up to which it has been read.
struct SpoolCursor {
  private let descriptor: FileDescriptor
  private var offset: UInt64
  private var buffer: [UInt8]
  /// Whether bytes were met that are no record; nothing after them is read.
  private(set) var isBroken = false

  private static let blockSize = 256 * 1024

  /// Begins at the first record.
  init(_ descriptor: FileDescriptor) {
    self.init(descriptor, at: UInt64(MLT_SPOOL_HEADER_SIZE))
  }

  /// Begins at a record's offset.
  init(_ descriptor: FileDescriptor, at offset: UInt64) {
    self.descriptor = descriptor
    self.offset = offset
    buffer = [UInt8](repeating: 0, count: Self.blockSize)
  }

  /// Whether a file begins with a spool's header of the known version.
  static func isSpool(_ descriptor: FileDescriptor) -> Bool {
    var header = [UInt8](repeating: 0, count: Int(MLT_SPOOL_HEADER_SIZE))
    guard let count = try? header.withUnsafeMutableBytes({ try descriptor.read(fromAbsoluteOffset: 0, into: $0) }),
      count == header.count
    else { return false }
    let version = UInt32(MLT_SPOOL_VERSION)
    let expected =
      Array("mltspool".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: version >> (8 * $0)) } + [4, 3, 2, 1]
    return header.starts(with: expected)
  }

  /// Reads whole records on to an offset (or the file's end before it) and hands each over.
  mutating func drain(to end: UInt64 = .max, _ body: (SpoolRecord) -> Void) {
    while !isBroken, offset < end {
      let wanted = Int(clamping: min(end - offset, UInt64(buffer.count)))
      let start = Int64(clamping: offset)
      let count = try? buffer.withUnsafeMutableBytes { bytes in
        try descriptor.read(
          fromAbsoluteOffset: start, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted]))
      }
      guard let count else {
        isBroken = true
        return
      }
      let used = buffer.withUnsafeBytes { parse(UnsafeRawBufferPointer(rebasing: $0[..<count]), body) }
      guard let used else {
        isBroken = true
        return
      }
      if used == 0 { return }  // the end, or a torn record before it
      offset += UInt64(used)
    }
  }

  /// Hands over the whole records of a block.
  ///
  /// - Returns: the number of bytes they take; nil when some aren't a record.
  private func parse(_ block: UnsafeRawBufferPointer, _ body: (SpoolRecord) -> Void) -> Int? {
    var place = 0
    while let size = SpoolRecordBytes.claimedSize(UnsafeRawBufferPointer(rebasing: block[place...])) {
      guard size >= Int(MLT_RECORD_HEADER_SIZE), size <= SpoolRecordBytes.sizeLimit else { return nil }
      guard size <= block.count - place else { break }
      let bytes = UnsafeRawBufferPointer(rebasing: block[place..<place + size])
      guard let record = SpoolRecordBytes(bytes: bytes).interpreted() else { return nil }
      body(record)
      place += size
    }
    return place
  }
}

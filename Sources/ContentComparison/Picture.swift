internal import CImages
internal import MLTBase

/// A picture, PNG or JPEG, of which the pixels can be read as they are stored: no gamma or profile is applied.
struct Picture {
  /// Pixels: red, green, blue and alpha, row by row from the top.
  struct Pixels<Part: FixedWidthInteger & UnsignedInteger> {
    var parts: [Part]
    /// Whether all of the picture was there; else what is missing is grey.
    var isWhole: Bool
  }

  private static let byteLimit: Int64 = 128 << 20
  private static let pixelLimit = 64 << 20

  let width: Int
  let height: Int
  /// Whether the parts of a pixel have 16 bits each, and not 8.
  let isDeep: Bool
  private let bytes: [UInt8]
  private let isPNG: Bool

  /// Reads the size of a PNG or JPEG file; nil if it isn't one.
  init?(_ source: any RandomAccessBytes) throws {
    guard source.size <= Self.byteLimit else { return nil }
    bytes = try source.read(at: 0, count: Int(source.size))
    isPNG = bytes.first == 0x89
    let (bytes, isPNG) = (bytes, isPNG)
    let size = bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return mlt_image_size() }
      return isPNG ? mlt_png_size(base, bytes.count) : mlt_jpeg_size(base, bytes.count)
    }
    guard size.width > 0, size.height > 0 else { return nil }
    width = Int(size.width)
    height = Int(size.height)
    isDeep = size.depth > 8
  }

  /// The pixels with a byte for each part; nil if they are too many, or can't be read.
  var pixels: Pixels<UInt8>? { read() }

  /// The pixels with 16 bits for each part, what has 8 brought to the same scale; nil as for ``pixels``.
  var deepPixels: Pixels<UInt16>? {
    if isPNG { return read() }
    return pixels.map { pixels in
      Pixels(parts: pixels.parts.map { UInt16($0) * 257 }, isWhole: pixels.isWhole)
    }
  }

  private func read<Part: FixedWidthInteger & UnsignedInteger>() -> Pixels<Part>? {
    // Both numbers are below 2^32.
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= Self.pixelLimit else { return nil }
    var outcome: Int32 = 0
    let room = count * 4
    let size = MemoryLayout<Part>.size
    let parts = [Part](unsafeUninitializedCapacity: room) { target, filled in
      outcome = bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress, let target = UnsafeMutableRawBufferPointer(target).baseAddress else {
          return 0
        }
        let places = target.assumingMemoryBound(to: UInt8.self)
        return isPNG
          ? mlt_png_read(base, bytes.count, places, room * size, size == 2 ? 16 : 8)
          : mlt_jpeg_read(base, bytes.count, places, room)
      }
      filled = outcome == 0 ? 0 : room
    }
    return outcome == 0 ? nil : Pixels(parts: parts, isWhole: outcome == 1)
  }
}

internal import CImages
internal import MLTBase

/// A picture's pixels: red, green, blue and alpha, a byte each, row by row from the top.
struct Picture {
  private static let byteLimit: Int64 = 128 << 20
  private static let pixelLimit = 64 << 20

  let width: Int
  let height: Int
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
  }

  /// The pixels; nil if they are too many, or can't be read.
  var pixels: [UInt8]? {
    // Both numbers are below 2^32.
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= Self.pixelLimit else { return nil }
    var isRead = false
    let room = count * 4
    let pixels = [UInt8](unsafeUninitializedCapacity: room) { target, filled in
      isRead = bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress, let target = target.baseAddress else { return false }
        return (isPNG ? mlt_png_read(base, bytes.count, target, room) : mlt_jpeg_read(base, bytes.count, target, room))
          != 0
      }
      filled = isRead ? room : 0
    }
    return isRead ? pixels : nil
  }
}

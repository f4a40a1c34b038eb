internal import CZstd

/// Compresses objects, one after the other, with zstd.
final class Compressor {
  private static let level: CInt = 1
  private let context: OpaquePointer

  init() {
    guard let context = ZSTD_createCCtx() else { fatalError("out of memory") }
    self.context = context
  }

  deinit {
    ZSTD_freeCCtx(context)
  }

  /// Compresses `bytes` to the beginning of `target`, which has as much room as they take.
  ///
  /// - Returns: the length, nil if that isn't at least a thirty-second less.
  func compress(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
    let limit = bytes.count - max(1, bytes.count / 32)
    guard limit > 0 else { return nil }
    // With no more room than would be of use, zstd gives up as soon as that is full.
    let count = ZSTD_compressCCtx(
      context, target.baseAddress, limit, bytes.baseAddress, bytes.count, Self.level)
    return ZSTD_isError(count) == 0 ? count : nil
  }
}

/// Decompresses objects, one after the other, with zstd.
final class Decompressor {
  private let context: OpaquePointer

  init() {
    guard let context = ZSTD_createDCtx() else { fatalError("out of memory") }
    self.context = context
  }

  deinit {
    ZSTD_freeDCtx(context)
  }

  /// Decompresses `bytes`, from wherever they come, to exactly fill `target`; whether that is what they make.
  func decompress(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Bool {
    let count = ZSTD_decompressDCtx(context, target.baseAddress, target.count, bytes.baseAddress, bytes.count)
    return ZSTD_isError(count) == 0 && count == target.count
  }
}

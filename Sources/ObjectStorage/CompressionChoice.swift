/// Which of a sequence of objects to try to compress: all but those that look like noise where noise didn't shrink.
struct CompressionChoice {
  // How many more that look like noise are passed over.
  private var passes = 0

  private static let sampleLength = 1024
  private static let stretches = 16
  /// After one that didn't shrink, one in eight is tried: noise that repeats itself shrinks all the same.
  private static let passesAfterFailure = 7

  /// Whether to try the next object.
  mutating func isWorthTrying(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard passes > 0, Self.looksLikeNoise(bytes) else { return true }
    passes -= 1
    return false
  }

  /// Takes note of how trying went.
  mutating func learn(hasShrunk: Bool) {
    passes = hasShrunk ? 0 : Self.passesAfterFailure
  }

  /// Whether a sample of the bytes is spread over their values as evenly as chance would.
  static func looksLikeNoise(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= sampleLength else { return false }
    return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 256) { counts in
      counts.initialize(repeating: 0)
      let length = sampleLength / stretches
      let step = (bytes.count - length) / (stretches - 1)
      for stretch in 0..<stretches {
        let start = stretch * step
        for index in start..<start + length { counts[Int(bytes[index])] &+= 1 }
      }
      // Chance gives n + n²/256, within a few hundredths; text several times as much.
      let squares = counts.reduce(0) { $0 + Int($1) * Int($1) }
      return squares < sampleLength + sampleLength * sampleLength / 256 * 5 / 4
    }
  }
}

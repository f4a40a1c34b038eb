/// The name of one run: 128 random bits, written as 32 lowercase hexadecimal digits.
public struct RunID: Hashable, Sendable {
  /// The number of bytes of a run's name.
  public static let byteCount = 16

  private var high: UInt64
  private var low: UInt64

  /// Draws a new name from the system's random source.
  public static func random() -> RunID {
    var generator = SystemRandomNumberGenerator()
    return random(using: &generator)
  }

  /// Draws a new name from `generator`.
  public static func random(using generator: inout some RandomNumberGenerator) -> RunID {
    RunID(high: generator.next(), low: generator.next())
  }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads 32 lowercase hexadecimal digits; nil for anything else.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.count == Self.byteCount * 2, let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// Takes the 16 bytes of a name; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
  }

  /// The 32 lowercase hexadecimal digits of the name.
  public var hex: String { Hex.encode(bytes) }

  /// The first digits of ``hex``, as listings show them.
  public var short: String { String(hex.prefix(10)) }

  /// The 16 bytes of the name.
  public var bytes: [UInt8] {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
  }
}

extension RunID: Comparable {
  /// Orders names as their bytes are ordered.
  public static func < (left: RunID, right: RunID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

extension RunID: CustomStringConvertible {
  /// The same as ``hex``.
  public var description: String { hex }
}

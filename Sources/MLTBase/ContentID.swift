/// The name of bytes by their content: a SHA-256 digest.
///
/// Of a file it is the digest of its bytes, so that `sha256sum FILE` prints the same; of a folder, the digest of
/// the folder's canonical listing (`docs/design/store-format.md`). Written as 64 lowercase hexadecimal digits.
public struct ContentID: Hashable, Sendable {
  /// The number of bytes of a digest.
  public static let byteCount = 32

  private var word0: UInt64
  private var word1: UInt64
  private var word2: UInt64
  private var word3: UInt64

  /// Takes the 32 bytes of a digest; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount, let id = Array(bytes).withUnsafeBytes({ ContentID($0) }) else { return nil }
    self = id
  }

  /// Takes the 32 bytes of a digest as they are in memory; nil for any other count.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.byteCount else { return nil }
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
    word0 = word(0)
    word1 = word(1)
    word2 = word(2)
    word3 = word(3)
  }

  /// Reads 64 lowercase hexadecimal digits; nil for anything else.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.count == Self.byteCount * 2, let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// Reads 64 lowercase hexadecimal digits, as bytes; nil for anything else.
  public init?(hex digits: ArraySlice<UInt8>) {
    guard digits.count == Self.byteCount * 2 else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for (place, digit) in digits.enumerated() {
      guard let value = Hex.value(of: digit) else { return nil }
      switch place >> 4 {
      case 0: words.0 = words.0 << 4 | UInt64(value)
      case 1: words.1 = words.1 << 4 | UInt64(value)
      case 2: words.2 = words.2 << 4 | UInt64(value)
      default: words.3 = words.3 << 4 | UInt64(value)
      }
    }
    (word0, word1, word2, word3) = words
  }

  /// The 64 lowercase hexadecimal digits of the digest.
  public var hex: String { Hex.encode(bytes) }

  /// The first digits of ``hex``, as listings show them.
  public var short: String { String(hex.prefix(10)) }

  /// The 32 bytes of the digest.
  public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Calls `body` with the 32 bytes of the digest.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    let words = (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)
    return try Swift.withUnsafeBytes(of: words, body)
  }
}

extension ContentID: Comparable {
  /// Orders digests as their bytes are ordered.
  public static func < (left: ContentID, right: ContentID) -> Bool {
    (left.word0, left.word1, left.word2, left.word3) < (right.word0, right.word1, right.word2, right.word3)
  }
}

extension ContentID: CustomStringConvertible {
  /// The same as ``hex``.
  public var description: String { hex }
}

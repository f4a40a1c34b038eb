internal import MLTBase

/// A name drawn at random: a remote's identity, or that of one of its lists.
///
/// 128 bits, 32 lowercase hexadecimal digits.
public struct RemoteToken: Hashable, Sendable {
  /// The 32 lowercase hexadecimal digits.
  public let hex: String

  /// Draws a new one from the system's random source.
  public static func random() -> RemoteToken { RemoteToken(digits: Hex.encode(FileOperations.randomBytes(16))) }

  private init(digits: String) {
    hex = digits
  }

  /// Reads 32 lowercase hexadecimal digits; nil for anything else.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.count == 32, Hex.decode(hex) != nil else { return nil }
    self.init(digits: String(hex))
  }
}

extension RemoteToken: CustomStringConvertible {
  /// The same as ``hex``.
  public var description: String { hex }
}

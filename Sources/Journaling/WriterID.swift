internal import MLTBase

/// The name of one clone's journal: 128 random bits, written as 32 lowercase hexadecimal digits.
public struct WriterID: Hashable, Sendable {
  /// The number of bytes of a writer's name.
  public static let byteCount = 16

  // A run's name has the same shape; the types differ so that the two can't be confused.
  private var value: RunID

  /// Draws a new name from the system's random source.
  public static func random() -> WriterID {
    WriterID(value: RunID.random())
  }

  /// Draws a new name from `generator`.
  public static func random(using generator: inout some RandomNumberGenerator) -> WriterID {
    WriterID(value: RunID.random(using: &generator))
  }

  private init(value: RunID) {
    self.value = value
  }

  /// Reads 32 lowercase hexadecimal digits; nil for anything else.
  public init?(hex: some StringProtocol) {
    guard let value = RunID(hex: hex) else { return nil }
    self.value = value
  }

  /// Takes the 16 bytes of a name; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard let value = RunID(bytes: bytes) else { return nil }
    self.value = value
  }

  /// The 32 lowercase hexadecimal digits of the name.
  public var hex: String { value.hex }

  /// The 16 bytes of the name.
  public var bytes: [UInt8] { value.bytes }
}

extension WriterID: Comparable {
  /// Orders names as their bytes are ordered.
  public static func < (left: WriterID, right: WriterID) -> Bool { left.value < right.value }
}

extension WriterID: CustomStringConvertible {
  /// The same as ``hex``.
  public var description: String { hex }
}

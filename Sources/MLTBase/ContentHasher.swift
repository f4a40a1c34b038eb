internal import Crypto

/// A running SHA-256 over bytes that come in pieces.
public struct ContentHasher: Sendable {
  private var state = SHA256()

  /// Starts over nothing.
  public init() {}

  /// Takes in the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    state.update(bufferPointer: bytes)
  }

  /// Takes in the next bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
  }

  /// Returns the name of all bytes taken in so far.
  public func finalize() -> ContentID {
    ContentHasher.contentID(state.finalize())
  }

  /// Returns the name of `bytes`.
  public static func contentID(of bytes: UnsafeRawBufferPointer) -> ContentID {
    var state = SHA256()
    state.update(bufferPointer: bytes)
    return contentID(state.finalize())
  }

  /// Returns the name of `bytes`.
  public static func contentID(of bytes: [UInt8]) -> ContentID {
    bytes.withUnsafeBytes { contentID(of: $0) }
  }

  private static func contentID(_ digest: SHA256.Digest) -> ContentID {
    guard let id = digest.withUnsafeBytes({ ContentID($0) }) else {
      preconditionFailure("a SHA-256 digest has 32 bytes")
    }
    return id
  }
}

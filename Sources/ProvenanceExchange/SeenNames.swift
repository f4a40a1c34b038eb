internal import MLTBase

/// Which names a document has used, in 16 bytes each.
struct SeenNames {
  private struct Digest: Hashable {
    var high: UInt64
    var low: UInt64
  }

  private var digests: Set<Digest> = []

  /// Notes a name.
  ///
  /// - Returns: whether it is new.
  mutating func insert(_ name: String) -> Bool { digests.insert(Self.digest(name)).inserted }

  /// Whether a name was noted.
  func contains(_ name: String) -> Bool { digests.contains(Self.digest(name)) }

  private static func digest(_ name: String) -> Digest {
    ContentHasher.contentID(of: Array(name.utf8)).withUnsafeBytes { bytes in
      Digest(
        high: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
        low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }
}

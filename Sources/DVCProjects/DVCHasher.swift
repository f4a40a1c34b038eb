internal import Crypto
internal import MLTBase

/// A running MD5 over bytes that come in pieces, in either of DVC's ways.
public struct DVCHasher: Sendable {
  // How much DVC reads at once: its older hash judges and converts each such piece by itself.
  static let pieceLength = 1 << 20

  private var state = Insecure.MD5()
  private let algorithm: DVCHash.Algorithm
  // What isn't a whole piece yet; of the older hash only.
  private var pending: [UInt8] = []

  /// Starts over nothing.
  public init(_ algorithm: DVCHash.Algorithm) {
    self.algorithm = algorithm
  }

  /// Takes in the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard algorithm == .dos2unix else { return state.update(bufferPointer: bytes) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let next = rest.prefix(Self.pieceLength - pending.count)
      pending += next
      rest = rest.dropFirst(next.count)
      if pending.count == Self.pieceLength { endPiece() }
    }
  }

  /// Returns the name of a file with all bytes taken in so far.
  public mutating func finalize() -> DVCHash {
    endPiece()
    guard let hash = DVCHash(Hex.encode(Array(state.finalize())), algorithm: algorithm) else {
      preconditionFailure("an MD5 has 32 digits")
    }
    return hash
  }

  /// Returns the name of a folder whose listing has these bytes.
  static func folder(_ listing: [UInt8], _ algorithm: DVCHash.Algorithm) -> DVCHash {
    var hasher = DVCHasher(algorithm)
    listing.withUnsafeBytes { hasher.update($0) }
    guard let hash = DVCHash(hasher.finalize().digits + DVCHash.folderSuffix, algorithm: algorithm) else {
      preconditionFailure("an MD5 has 32 digits")
    }
    return hash
  }

  private mutating func endPiece() {
    pending.withUnsafeBytes { piece in
      guard Self.looksLikeText(piece.prefix(512)) else { return state.update(bufferPointer: piece) }
      var rest = piece[...]
      while let found = Self.lineEnd(in: rest) {
        state.update(bufferPointer: UnsafeRawBufferPointer(rebasing: rest[..<found]))
        rest = rest[(found + 1)...]
      }
      state.update(bufferPointer: UnsafeRawBufferPointer(rebasing: rest))
    }
    pending.removeAll(keepingCapacity: true)
  }

  // The carriage return of the first CR LF.
  private static func lineEnd(in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
    var from = bytes.startIndex
    while let found = bytes[from...].firstIndex(of: 0x0D) {
      if found + 1 < bytes.endIndex, bytes[found + 1] == 0x0A { return found }
      from = found + 1
    }
    return nil
  }

  // DVC's own rule: no zero byte, and at most three in ten that text has no use for.
  private static func looksLikeText(_ block: Slice<UnsafeRawBufferPointer>) -> Bool {
    var odd = 0
    for byte in block {
      switch byte {
      case 0: return false
      case 0x20...0x7E, 0x08, 0x09, 0x0A, 0x0C, 0x0D: break
      default: odd += 1
      }
    }
    return odd * 10 <= block.count * 3
  }
}

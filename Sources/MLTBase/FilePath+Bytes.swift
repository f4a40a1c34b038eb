package import SystemPackage

extension FilePath {
  /// The path's bytes, without the terminating zero.
  package var bytes: [UInt8] { withPlatformString { MLTBase.bytes(of: $0) } }

  /// Makes a path of bytes that hold no zero; nil if they do.
  package init?(bytes: some Collection<UInt8>) {
    guard !bytes.contains(0) else { return nil }
    self = (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
    }
  }

  /// The path's textual form (``PathText``).
  package var text: String { PathText.encode(bytes) }
}

extension FilePath.Component {
  /// The name's bytes.
  package var bytes: [UInt8] { withPlatformString { MLTBase.bytes(of: $0) } }
}

private func bytes(of pointer: UnsafePointer<CChar>) -> [UInt8] {
  var bytes: [UInt8] = []
  var next = pointer
  while next.pointee != 0 {
    bytes.append(UInt8(bitPattern: next.pointee))
    next += 1
  }
  return bytes
}

internal import Glibc
package import SystemPackage

extension FilePath {
  /// The path's bytes, without the terminating zero.
  package var bytes: [UInt8] { withPlatformString { MLTBase.bytes(of: $0) } }

  /// Makes a path of bytes that hold no zero; nil if they do.
  package init?(bytes: some Collection<UInt8>) {
    // Made for every file that a command touches: element by element it costs more than looking at the file does.
    let path =
      bytes.withContiguousStorageIfAvailable { FilePath(buffer: $0) }
      ?? Array(bytes).withUnsafeBufferPointer { FilePath(buffer: $0) }
    guard let path else { return nil }
    self = path
  }

  private init?(buffer: UnsafeBufferPointer<UInt8>) {
    guard let start = buffer.baseAddress, !buffer.isEmpty else {
      self.init()
      return
    }
    guard memchr(start, 0, buffer.count) == nil else { return nil }
    self = withUnsafeTemporaryAllocation(of: CChar.self, capacity: buffer.count + 1) { text in
      guard let place = text.baseAddress else { return FilePath() }
      memcpy(place, start, buffer.count)
      place[buffer.count] = 0
      return FilePath(platformString: place)
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
  Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
}

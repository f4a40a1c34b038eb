internal import Glibc

/// Strings laid out as `execve` wants them: pointers to bytes ending in zero, then a null.
final class CStringList {
  /// The pointers, the null at the end included.
  let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>
  private let owned: [UnsafeMutablePointer<CChar>]

  /// Copies the strings; `emptySlots` nulls follow, besides the one at the end.
  init(_ strings: [[UInt8]], emptySlots: Int = 0) {
    owned = strings.map { string in
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: string.count + 1)
      for (index, byte) in string.enumerated() { copy[index] = CChar(bitPattern: byte) }
      copy[string.count] = 0
      return copy
    }
    pointers = .allocate(capacity: strings.count + emptySlots + 1)
    pointers.initialize(repeating: nil)
    for (index, string) in owned.enumerated() { pointers[index] = string }
  }

  deinit {
    for string in owned { string.deallocate() }
    pointers.deallocate()
  }
}

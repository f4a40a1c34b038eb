import Glibc

/// Files that other programs wrote: Parquet by pyarrow 26, pictures by Pillow 13, those of 16 bits by Python's zlib.
enum Golden {
  /// Returns a file's bytes; none if it isn't there.
  static func bytes(_ name: String, source: String = #filePath) -> [UInt8] {
    let folder = source.split(separator: "/").dropLast().joined(separator: "/")
    guard let file = fopen("/\(folder)/Golden/\(name)", "rb") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while true {
      let byte = fgetc(file)
      guard byte >= 0 else { return bytes }
      bytes.append(UInt8(byte))
    }
  }
}

/// Python's byte-code files (PEP 3147).
enum PythonCache {
  private static let folder = Array("/__pycache__/".utf8)
  private static let ending = Array(".pyc".utf8)

  /// Returns the path of the source that a byte-code file was made of; nil if the path isn't one's.
  static func source(of path: [UInt8]) -> [UInt8]? {
    guard path.suffix(ending.count).elementsEqual(ending), let slash = path.lastIndex(of: 0x2F) else { return nil }
    let around = path[...slash]
    guard around.suffix(folder.count).elementsEqual(folder) else { return nil }
    // `NAME.cpython-311.opt-1.pyc`: names of modules have no dots.
    let module = path[(slash + 1)...].prefix { $0 != UInt8(ascii: ".") }
    if module.isEmpty { return nil }
    return around.dropLast(folder.count - 1) + module + Array(".py".utf8)
  }
}

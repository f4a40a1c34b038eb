internal import MLTBase

/// Finds a number by its name in what a run wrote: `KEY`, `FILE:KEY`, or `FILE` for one that holds nothing else.
struct MetricFinder {
  /// The name, as it was given.
  let name: String
  /// Paths that stand for others.
  let alias: [WorkPath: WorkPath]

  /// Larger files aren't looked into.
  static let sizeLimit: Int64 = 16 << 20

  /// Returns the number; nil if there is none.
  ///
  /// - Parameter bytes: gives a file's bytes; nil if they aren't to be had.
  /// - Throws: ``BisectError/ambiguousMetric(_:_:)`` if a key stands in several files with other numbers; what `bytes` throws.
  func value(among paths: [WorkPath], bytes: (WorkPath) throws -> [UInt8]?) throws -> Double? {
    func contents(_ path: WorkPath) throws -> [UInt8]? {
      try bytes(path) ?? alias[path].flatMap { try bytes($0) }
    }
    if let path = paths.first(where: { $0.text == name }) {
      return try contents(path).flatMap { Double(Self.trimmed($0)) }
    }
    for path in paths where name.hasPrefix(path.text + ":") {
      return try contents(path).flatMap { Self.number(String(name.dropFirst(path.text.count + 1)), in: $0) }
    }
    var found: [(path: WorkPath, value: Double)] = []
    for path in paths where path.text.hasSuffix(".json") {
      if let bytes = try bytes(path), let value = Self.number(name, in: bytes) { found.append((path, value)) }
    }
    if Set(found.map(\.value)).count > 1 {
      throw BisectError.ambiguousMetric(name, found.map(\.path.text))
    }
    return found.first?.value
  }

  private static func trimmed(_ bytes: [UInt8]) -> String {
    let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let rest = bytes.drop(while: isBlank)
    return String(decoding: rest.prefix(64).reversed().drop(while: isBlank).reversed(), as: UTF8.self)
  }

  /// The number at a key, be the key one name or several with dots between.
  private static func number(_ key: String, in bytes: [UInt8]) -> Double? {
    guard let json = try? JSON(parsing: bytes) else { return nil }
    if let value = json[key] { return value.double }
    var next: JSON? = json
    for name in key.split(separator: ".", omittingEmptySubsequences: false) {
      if let list = next?.array {
        next = Int(name).flatMap { list.indices.contains($0) ? list[$0] : nil }
      } else {
        next = next?[String(name)]
      }
    }
    return next?.double
  }
}

internal import ArgumentParser

/// Options that take KEY=VALUE, several times.
enum PairArguments {
  /// Returns the values by their keys.
  ///
  /// - Throws: `ValidationError` for what isn't a pair, and for a key that comes twice.
  static func parse(_ arguments: [String], option: String, needsValue: Bool) throws -> [String: String] {
    var pairs: [String: String] = [:]
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let key = parts.first, !key.isEmpty, parts.count == 2 || !needsValue else {
        let expected = needsValue ? "key=value" : "key[=value]"
        throw ValidationError("option '\(option)' takes \(expected), not '\(argument)'")
      }
      guard pairs.updateValue(parts.count == 2 ? parts[1] : "", forKey: key) == nil else {
        throw ValidationError("option '\(option)' gives '\(key)' twice")
      }
    }
    return pairs
  }
}

/// The kinds of values that configuration keys have.
public enum ConfigurationValueKind: Hashable, Sendable {
  /// Text without a zero byte.
  case text
  /// A whole number, with `k`, `m` or `g` for 1024 and its powers.
  case integer
  /// On or off: `true`, `yes`, `on`, `1`, or `false`, `no`, `off`, `0` and nothing.
  case boolean
  /// A number of bytes: a whole number with `K`, `M`, `G` or `T`, to which `B` or `iB` may be added.
  case size
}

extension ConfigurationValueKind: CustomStringConvertible {
  /// The kind as messages name it.
  public var description: String {
    switch self {
    case .text: "a text"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .size: "a size like 64MiB"
    }
  }
}

public import GitAccess

/// A setting that mlt knows; `docs/design/configuration.md` says how values are read.
public enum Setting: String, CaseIterable, Sendable {
  /// The largest input that a run stores of itself.
  case inputLimit = "capture.inputLimit"
  /// For how many seconds `mlt gc` removes nothing that was stored.
  case grace = "gc.grace"
  /// How many remotes must have what `mlt gc` removes.
  case minimalCopies = "store.minCopies"
  /// Further environment variables to record with a run.
  case environment = "capture.environment"

  /// Finds a setting by its key, in letters of either case.
  public init?(key: String) {
    guard let setting = Self.allCases.first(where: { $0.rawValue.lowercased() == key.lowercased() }) else {
      return nil
    }
    self = setting
  }

  /// What holds if nothing is set.
  public var defaultValue: String {
    switch self {
    case .inputLimit: "64MiB"
    case .grace: "7200"
    case .minimalCopies: "0"
    case .environment: ""
    }
  }

  /// Whether a value is of the form that the setting demands.
  func accepts(_ value: String) -> Bool {
    switch self {
    case .inputLimit: Configuration.size(of: value) != nil
    case .grace, .minimalCopies: Int64(value).map { $0 >= 0 } ?? false
    case .environment: true
    }
  }
}

/// A setting's value and where it comes from.
public struct EffectiveSetting: Sendable {
  /// The key, as documentation writes it.
  public var key: String
  /// The value.
  public var value: String
  /// The level that sets it; nil for the default.
  public var level: Configuration.Level?
  /// Whether this version knows the setting.
  public var isKnown: Bool
}

internal import GitAccess

/// What is checked before a commit.
public enum HookCheck: String, CaseIterable, Sendable {
  /// Whether what was made by runs was made from what is committed.
  case stages
  /// Whether the lock file is sound and in step.
  case lock
  /// Whether data are about to be put into git.
  case large
  /// Whether the bytes that the lock file names are there.
  case missing

  /// The setting that says how strictly it is checked.
  var setting: Setting {
    switch self {
    case .stages: .hookStages
    case .lock: .hookLock
    case .large: .hookLarge
    case .missing: .hookMissing
    }
  }
}

/// How strict a hook is.
public enum HookLevel: String, CaseIterable, Comparable, Sendable {
  /// Nothing is done.
  case off
  /// It is said, and git goes on.
  case warn
  /// It is said, and git doesn't go on.
  case block

  /// Orders levels by strictness.
  public static func < (left: HookLevel, right: HookLevel) -> Bool {
    // The cases stand in that order.
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

extension Workspace {
  /// The strictness that a setting asks for, but no more than `limit`.
  ///
  /// - Throws: ``WorkspaceError/malformedSetting(key:value:)``.
  func level(of setting: Setting, atMost limit: HookLevel) throws -> HookLevel {
    let value = try configuration.string(setting.rawValue) ?? setting.defaultValue
    guard let level = HookLevel(rawValue: value.lowercased()) else {
      throw WorkspaceError.malformedSetting(key: setting.rawValue, value: value)
    }
    return min(level, limit)
  }
}

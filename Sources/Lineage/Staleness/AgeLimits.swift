internal import GitAccess
internal import MLTBase

/// How old what a run reads may be: the setting `stale.days`, or `stale.COMPONENT.days` for one component.
struct AgeLimits {
  private let configuration: Configuration

  init(_ configuration: Configuration) {
    self.configuration = configuration
  }

  /// The days that pass for a component; nil if any number does.
  ///
  /// - Throws: ``WorkspaceError/malformedSetting(key:value:)``.
  func days(for component: String) throws -> Int? {
    if let own = SettingKey(staleDaysOf: component)?.text, let text = try configuration.string(own) {
      return try days(own, text)
    }
    let key = Setting.staleDays.rawValue
    return try days(key, try configuration.string(key) ?? Setting.staleDays.defaultValue)
  }

  private func days(_ key: String, _ text: String) throws -> Int? {
    guard let days = Int(text), days >= 0 else { throw WorkspaceError.malformedSetting(key: key, value: text) }
    return days == 0 ? nil : days
  }

  /// The whole days from one moment to another; none if it isn't later.
  static func days(from start: Timestamp, to end: Timestamp) -> Int {
    let (length, overflows) = end.microseconds.subtractingReportingOverflow(start.microseconds)
    return overflows || length < 0 ? 0 : Int(length / 86_400_000_000)
  }
}

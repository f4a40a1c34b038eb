/// A key that `mlt config` takes: a setting, or one for a single component where a setting can be given so.
public struct SettingKey: Hashable, Sendable {
  /// The setting.
  public let setting: Setting
  /// The component that it is for; nil for all.
  public let component: String?

  /// The key, as documentation and files write it.
  public var text: String { component.map { "stale.\($0).days" } ?? setting.rawValue }

  /// The key of a setting for all components.
  public init(_ setting: Setting) {
    self.setting = setting
    component = nil
  }

  /// The key under which one component's `stale.days` stands; nil if its name can't be part of a key.
  init?(staleDaysOf component: String) {
    // A name with line ends or without letters can't be part of a key.
    if component.isEmpty || component.utf8.contains(where: { $0 < 0x20 }) { return nil }
    setting = .staleDays
    self.component = component
  }

  /// Reads a key, in letters of either case; nil for what is none.
  ///
  /// A component's name is taken as it is.
  public init?(_ text: String) {
    if let setting = Setting(key: text) {
      self.init(setting)
      return
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 2, parts[0].lowercased() == "stale", parts[parts.count - 1].lowercased() == "days" else {
      return nil
    }
    // Names may have dots: what stands between the first and the last is all theirs.
    self.init(staleDaysOf: parts.dropFirst().dropLast().joined(separator: "."))
  }
}

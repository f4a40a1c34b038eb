/// The settings of a repository that say how its files are compared (git-config(1), `core.*`).
struct ComparisonSettings {
  /// Whether the file system keeps the executable bit (`core.fileMode`).
  let keepsModes: Bool
  /// Whether symbolic links are links, not files that hold the target (`core.symlinks`).
  let keepsLinks: Bool
  /// Whether the time of the last change of status counts (`core.trustctime`).
  let trustsChangeTime: Bool
  /// Whether only size and whole seconds count (`core.checkStat`).
  let checksMinimally: Bool

  /// Takes the settings of a configuration, or git's defaults.
  init(_ configuration: borrowing OwnedPointer) {
    keepsModes = OpenRepository.flag("core.filemode", in: configuration, fallback: true)
    keepsLinks = OpenRepository.flag("core.symlinks", in: configuration, fallback: true)
    trustsChangeTime = OpenRepository.flag("core.trustctime", in: configuration, fallback: true)
    checksMinimally = OpenRepository.setting("core.checkstat", in: configuration)?.lowercased() == "minimal"
  }
}

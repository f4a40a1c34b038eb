public import SystemPackage

/// The folder in which git looks for a repository's hooks.
public struct HooksFolder: Hashable, Sendable {
  /// The folder; it need not exist.
  public var path: FilePath
  /// The value of `core.hooksPath`; nil where it isn't set, so that the repository's own folder is meant.
  public var setting: String?
  /// Whether the folder lies in the work tree or in the repository's own folder, so that no other repository uses it.
  public var isOwn: Bool

  /// Takes the facts.
  public init(path: FilePath, setting: String?, isOwn: Bool) {
    self.path = path
    self.setting = setting
    self.isOwn = isOwn
  }
}

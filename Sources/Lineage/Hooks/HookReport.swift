public import SystemPackage

/// What stands in git's folder of hooks, and what was done about it.
public struct HookReport: Sendable {
  /// What is true of one hook.
  public enum State: String, Sendable {
    /// Nothing of mlt's is there.
    case absent
    /// mlt's script is there.
    case installed
    /// Another version of mlt's script is there.
    case outdated
    /// Somebody else's hook is there, and none of mlt's.
    case foreign
  }

  /// One hook.
  public struct Entry: Sendable {
    /// The hook.
    public var hook: Hook
    /// What is there.
    public var state: State
    /// The hook that was there before and is called first; nil if there is none.
    public var kept: FilePath?
    /// Whether anything was changed.
    public var isChanged: Bool
  }

  /// The folder.
  public var folder: FilePath
  /// The value of `core.hooksPath`, where it is set.
  public var setting: String?
  /// Whether husky keeps the folder, and writes its hooks anew with each installation of packages.
  public var isHuskys: Bool
  /// The hooks, in the order of ``Hook``.
  public var entries: [Entry]
}

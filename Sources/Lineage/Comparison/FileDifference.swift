internal import MLTBase

/// One file, link or folder that two versions of tracked data don't have alike.
public struct FileDifference: Hashable, Sendable {
  /// How the versions differ at a path.
  public enum Change: String, CaseIterable, Sendable {
    /// Only the later version has it.
    case new
    /// Only the earlier version has it.
    case gone
    /// The content differs.
    case changed
    /// Only the executable bit differs.
    case modeChanged = "mode changed"
    /// Something else stands there: a folder for a file, say.
    case typeChanged = "type changed"
    /// The same content stands at another path.
    case renamed
  }

  /// How they differ.
  public var change: Change
  /// What the earlier version has; nil if nothing.
  public var before: LockEntry?
  /// What the later version has; nil if nothing.
  public var after: LockEntry?
  /// The tracked path that it belongs to: its own, or that of the tree it lies in.
  public var tracked: WorkPath

  /// The path, of what was renamed the later one.
  public var path: WorkPath { (after ?? before)?.path ?? tracked }

  /// The bytes that the later version has more, or if negative less.
  public var growth: Int64 {
    let (growth, overflow) = (after?.size ?? 0).subtractingReportingOverflow(before?.size ?? 0)
    return overflow ? 0 : growth
  }

  /// Names the change from one entry to another at the same path; nil if they are alike.
  static func change(from before: LockEntry?, to after: LockEntry?) -> Change? {
    guard let before else { return after == nil ? nil : .new }
    guard let after else { return .gone }
    if before.kind == after.kind { return before.content == after.content ? nil : .changed }
    let kinds: Set<LockEntry.Kind> = [before.kind, after.kind]
    guard kinds.isDisjoint(with: [.tree, .link]) else { return .typeChanged }
    return before.content == after.content ? .modeChanged : .changed
  }

  /// Makes one difference of what is gone at one path and new, with the same bytes, at another.
  ///
  /// Of several candidates the one with the same name wins, then the first. Empty files and folders aren't followed:
  /// they are all alike.
  static func pairingRenames(_ differences: [FileDifference]) -> [FileDifference] {
    struct Key: Hashable {
      var isLink: Bool
      var content: ContentID
    }
    var gone: [Key: [Int]] = [:]
    for (index, difference) in differences.enumerated() where difference.change == .gone {
      guard let before = difference.before, before.size > 0, before.kind != .tree else { continue }
      gone[Key(isLink: before.kind == .link, content: before.content), default: []].append(index)
    }
    if gone.isEmpty { return differences }
    var paired = differences
    var used: Set<Int> = []
    // Those that kept their name first, so that no other new file takes their place.
    for isByName in [true, false] {
      for (index, difference) in paired.enumerated() where difference.change == .new {
        guard let after = difference.after, after.size > 0, after.kind != .tree else { continue }
        let key = Key(isLink: after.kind == .link, content: after.content)
        guard let candidates = gone[key] else { continue }
        let name = after.path.name
        let position = candidates.firstIndex {
          !used.contains($0) && (!isByName || differences[$0].before?.path.name == name)
        }
        guard let position else { continue }
        let source = candidates[position]
        used.insert(source)
        gone[key]?.remove(at: position)
        paired[index].change = .renamed
        paired[index].before = differences[source].before
      }
    }
    return paired.indices.filter { !used.contains($0) }.map { paired[$0] }
  }
}

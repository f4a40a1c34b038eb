/// One reference that is about to be pushed, as git tells its hook (githooks(5), "pre-push").
public struct PushedReference: Hashable, Sendable {
  /// What is pushed, an object's digits or another revision; nil for a reference that is deleted.
  public var local: String?
  /// What the other side has by that name; nil if nothing.
  public var remote: String?

  /// Takes the facts; nothing and zeros alone name nothing.
  public init(local: String?, remote: String?) {
    self.local = local.flatMap(Self.object)
    self.remote = remote.flatMap(Self.object)
  }

  /// Reads the lines that git writes, each of a local name and object and a remote name and object.
  public static func references(in lines: String) -> [PushedReference] {
    lines.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      // Names have no spaces, but a local one may be an expression that has.
      guard words.count >= 4 else { return nil }
      return PushedReference(local: String(words[words.count - 3]), remote: String(words[words.count - 1]))
    }
  }

  private static func object(_ text: String) -> String? {
    text.contains { $0 != "0" } ? text : nil
  }
}

/// What a path or URI in a pipeline file stands for.
public enum Location: Hashable, Sendable {
  /// A path in the project, from its root, normal; empty for the root itself.
  case inside(String)
  /// A path that leads out of the project, normal: absolute, or beginning with `..`.
  case outside(String)
  /// Anything with a scheme.
  case uri(String)

  /// The path from the root, in the project or out of it, or the URI.
  public var text: String {
    switch self {
    case .inside(let text), .outside(let text), .uri(let text): text
    }
  }

  /// The path from the root, if it is in the project.
  public var path: String? { if case .inside(let path) = self { path } else { nil } }

  // Linux's PATH_MAX.
  private static let limit = 4096

  /// Takes a text from a folder; nil for one that can't be a path.
  ///
  /// - Parameters:
  ///   - folder: a path from the root.
  ///   - root: the root's own path, if it is known, for absolute ones that lead into the project.
  init?(_ text: String, in folder: String, root: String?) {
    guard !text.isEmpty, text.utf8.count <= Self.limit, !text.utf8.contains(0) else { return nil }
    if Self.hasScheme(text) {
      self = .uri(text)
      return
    }
    let whole = text.hasPrefix("/") ? text : folder + "/" + text
    if text.hasPrefix("/") || folder.hasPrefix("/") {
      let path = Self.normal(whole, isAbsolute: true)
      let root = root.map { Self.normal($0, isAbsolute: true) }
      if let root, path.starts(with: root) {
        self = .inside(path.dropFirst(root.count).joined(separator: "/"))
      } else {
        self = .outside("/" + path.joined(separator: "/"))
      }
      return
    }
    let path = Self.normal(whole, isAbsolute: false)
    self = path.first == ".." ? .outside(path.joined(separator: "/")) : .inside(path.joined(separator: "/"))
  }

  private static func normal(_ text: String, isAbsolute: Bool) -> [Substring] {
    var names: [Substring] = []
    for name in text.split(separator: "/") {
      switch name {
      case ".": break
      case "..":
        if let last = names.last, last != ".." { names.removeLast() } else if !isAbsolute { names.append(name) }
      default: names.append(name)
      }
    }
    return names
  }

  private static func hasScheme(_ text: String) -> Bool {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8[colon...].starts(with: "://".utf8) else {
      return false
    }
    return !text.utf8[..<colon].isEmpty
      && text.utf8[..<colon].allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

public import Journaling

/// How a person names a version of a registered model, or a file in it: `models:/NAME@ALIAS/PATH`, with MLflow's forms
/// `models:/NAME/VERSION`, `models:/NAME/STAGE`, `models:/NAME/latest` and `models:/NAME@ALIAS`.
public struct ModelReference: Hashable, Sendable, CustomStringConvertible {
  /// Which version.
  public enum Choice: Hashable, Sendable {
    /// The one with this label: a number, or a number with the beginning of an id.
    case label(String)
    /// The one that this alias means.
    case alias(String)
    /// The one in this stage.
    case stage(ModelStage)
    /// The one with the greatest number.
    case latest
  }

  /// What such references begin with.
  public static let scheme = "models:/"

  /// The model's name.
  public var name: String
  /// Which version; nil if the text names the model alone.
  public var choice: Choice?
  /// The path of a file in the version's folder; nil for the whole.
  public var path: String?

  /// Takes the parts.
  public init(name: String, choice: Choice?, path: String? = nil) {
    self.name = name
    self.choice = choice
    self.path = path
  }

  /// Reads a reference; nil if the text isn't one.
  ///
  /// - Parameter text: as above; the `models:/` may be missing.
  public init?(_ text: String) {
    var rest = text.hasPrefix(Self.scheme) ? text.dropFirst(Self.scheme.count) : text[...]
    // Some write models:// as they do with other schemes.
    while rest.hasPrefix("/") { rest = rest.dropFirst() }
    let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let head = parts[0]
    var tail = parts.count == 2 ? parts[1] : nil
    if let at = head.lastIndex(of: "@") {
      let alias = String(head[head.index(after: at)...])
      guard ModelName.isValidAlias(alias) else { return nil }
      name = String(head[..<at])
      choice = .alias(alias)
    } else {
      name = String(head)
      choice = nil
      if let given = tail, !given.isEmpty {
        let pieces = given.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let chosen = Self.choice(String(pieces[0])) else { return nil }
        choice = chosen
        tail = pieces.count == 2 ? pieces[1] : nil
      }
    }
    guard ModelName.isValid(name) else { return nil }
    path = tail.flatMap { $0.isEmpty ? nil : String($0) }
  }

  private static func choice(_ text: String) -> Choice? {
    if let stage = ModelStage(title: text) { return .stage(stage) }
    if text.lowercased() == "latest" { return .latest }
    guard let first = text.utf8.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first) else { return nil }
    return .label(text)
  }

  /// The reference as it is written.
  public var description: String {
    var text = Self.scheme + name
    switch choice {
    case .label(let label): text += "/" + label
    case .alias(let alias): text += "@" + alias
    case .stage(let stage): text += "/" + stage.title
    case .latest: text += "/latest"
    case nil: break
    }
    return path.map { text + "/" + $0 } ?? text
  }
}

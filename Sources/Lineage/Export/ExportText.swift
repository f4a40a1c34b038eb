internal import GitAccess
internal import MLTBase
internal import SystemPackage

/// What of recorded texts may be told to others: neither credentials nor, unless asked for, paths of the machine.
///
/// Facts were redacted when they were recorded; by whom and how well isn't known of those that came from elsewhere.
final class ExportText {
  private let redaction: Redaction
  private let root: [UInt8]
  private let tellsPaths: Bool
  private var known: [String: String] = [:]
  /// What stands at the places outside of the work tree, by the names that are told of them.
  private var places: [String: String] = [:]

  /// What stands for the folders of a path that isn't told.
  private static let elsewhere = Array("[elsewhere]".utf8)
  private static let knownLimit = 10_000
  /// Folders that are alike on all machines.
  private static let common = ["usr", "bin", "sbin", "lib", "lib64", "etc", "dev", "proc", "sys"].map { Array($0.utf8) }
  private static let slash = UInt8(ascii: "/")

  init(_ redaction: Redaction, root: FilePath, tellsPaths: Bool) {
    self.redaction = redaction
    self.root = root.bytes
    self.tellsPaths = tellsPaths
  }

  // MARK: Paths and URIs

  /// Returns the name by which an artifact's path is told: the path itself in the work tree, else a name in a folder `outside`,
  /// the same for the same path.
  func path(_ path: String) -> String {
    guard !tellsPaths, let place = WorkPath(text: path), place.isOutside else { return path }
    let digest = ContentHasher.contentID(of: place.bytes).hex.prefix(16)
    let told = PathText.encode(Array("outside/\(digest)/".utf8) + (place.bytes.count > 1 ? place.name : []))
    if places.count > Self.knownLimit { places = [:] }
    places[told] = path
    return told
  }

  /// The path that ``path(_:)`` told by this name.
  func original(of path: String) -> String { places[path] ?? path }

  // What tells one version of an object from another; anything else in a query may be a signature.
  private static let harmless: Set<String> = ["versionid", "version", "generation"]

  /// Returns a URI without what gives access to it.
  func uri(_ uri: String) -> String {
    let query = uri.prefix { $0 != "#" }.drop { $0 != "?" }.dropFirst()
    let kept = query.split(separator: "&").filter { item in
      Self.harmless.contains(item.prefix { $0 != "=" }.lowercased())
    }
    return redaction.text(RemoteURL.withoutCredentials(uri)) + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
  }

  /// Returns a git remote's URL without credentials; nil for one that is a path of the machine.
  func remote(_ remote: String) -> String? {
    let url = RemoteURL.withoutCredentials(remote)
    let isPlace =
      (url.contains("://") && !url.lowercased().hasPrefix("file:")) || url.prefix { $0 != "/" }.contains(":")
    return isPlace || tellsPaths ? url : nil
  }

  // MARK: Texts

  /// Returns a command's arguments.
  func arguments(_ arguments: [String]) -> [String] {
    redaction.arguments(arguments).map { argument in
      // A path may hold blanks, as texts can't be known to mean them.
      if !tellsPaths, argument.hasPrefix("/"), !argument.contains("\n"), !argument.contains(":") {
        return String(decoding: told(Array(argument.utf8)[...]), as: UTF8.self)
      }
      return withoutPaths(argument)
    }
  }

  /// Returns named values.
  func values(_ values: [String: String]) -> [String: String] {
    if values.isEmpty { return values }
    return redaction.values(values).mapValues { withoutPaths($0) }
  }

  /// Returns a text.
  func text(_ text: String) -> String {
    if let told = known[text] { return told }
    let told = withoutPaths(redaction.text(text))
    if known.count > Self.knownLimit { known = [:] }
    known[text] = told
    return told
  }

  private func withoutPaths(_ text: String) -> String {
    guard !tellsPaths, text.utf8.contains(Self.slash) else { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var next = 0
    while next < bytes.count {
      guard bytes[next] == Self.slash, Self.begins(bytes, at: next) else {
        result.append(bytes[next])
        next += 1
        continue
      }
      let end = bytes[next...].firstIndex(where: Self.endsPath) ?? bytes.count
      result += told(bytes[next..<end])
      next = end
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether a slash begins a path: not where it is within one, or in a URL.
  private static func begins(_ bytes: [UInt8], at place: Int) -> Bool {
    if place + 1 < bytes.count, bytes[place + 1] == slash { return false }
    guard place > 0 else { return true }
    let before = bytes[place - 1]
    if endsPath(before) || "=([{<@".utf8.contains(before) { return true }
    // As in `-I/folder`.
    let word = bytes[..<place].lastIndex(where: endsPath).map { $0 + 1 } ?? 0
    return bytes[word] == UInt8(ascii: "-")
      && bytes[word..<place].allSatisfy { $0 == UInt8(ascii: "-") || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) }
  }

  private static func endsPath(_ byte: UInt8) -> Bool { byte <= 0x20 || "\"'`,;:)]}>|&".utf8.contains(byte) }

  /// What is told of an absolute path.
  private func told(_ path: ArraySlice<UInt8>) -> [UInt8] {
    if path.starts(with: root), root != [Self.slash] {
      let rest = path.dropFirst(root.count)
      if rest.isEmpty { return [UInt8(ascii: ".")] }
      if rest.first == Self.slash { return rest.count == 1 ? Array("./".utf8) : Array(rest.dropFirst()) }
    }
    let names = path.split(separator: Self.slash)
    guard let first = names.first, let last = names.last else { return Array(path) }
    if Self.common.contains(Array(first)) { return Array(path) }
    return names.count == 1 ? Array(path) : Self.elsewhere + [Self.slash] + last
  }
}

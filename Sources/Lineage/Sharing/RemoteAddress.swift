internal import GitAccess
internal import MLTBase
internal import SystemPackage

/// Where a remote is, as its URL says.
enum RemoteAddress: Hashable {
  /// A folder on this machine, or on a share.
  case folder(FilePath)
  /// A folder on another machine, where a program serves it.
  case shell(host: String, port: Int?, path: String)

  /// Reads a URL: a path, `file:///path`, `ssh://[user@]host[:port]/path` or `[user@]host:path`.
  ///
  /// - Parameter root: the folder that a relative path begins at.
  /// - Throws: ``WorkspaceError/unsupportedRemote(_:)``; ``WorkspaceError/passwordInURL(_:)``, since what reads it would store it.
  init(_ url: String, root: FilePath) throws {
    let shown = RemoteURL.withoutCredentials(url)
    if let range = url.firstRange(of: "://") {
      let rest = url[range.upperBound...]
      switch url[..<range.lowerBound].lowercased() {
      case "file":
        guard rest.hasPrefix("/") else { throw WorkspaceError.unsupportedRemote(shown) }
        self = .folder(FilePath(String(rest)))
      case "ssh":
        guard let slash = rest.firstIndex(of: "/") else { throw WorkspaceError.unsupportedRemote(shown) }
        // As git has it, `/~/path` is below the user's home there.
        let path = rest[slash...].hasPrefix("/~/") ? rest[slash...].dropFirst(3) : rest[slash...]
        self = try Self.shell(String(rest[..<slash]), path: String(path), shown)
      default: throw WorkspaceError.unsupportedRemote(shown)
      }
    } else if let colon = url.firstIndex(of: ":"), !url[..<colon].contains("/"), !url[..<colon].isEmpty {
      self = try Self.shell(String(url[..<colon]), path: String(url[url.index(after: colon)...]), shown)
    } else {
      guard !url.isEmpty else { throw WorkspaceError.unsupportedRemote(shown) }
      self = .folder(root.pushing(FilePath(url)).lexicallyNormalized())
    }
  }

  private static func shell(_ authority: String, path: String, _ shown: String) throws -> RemoteAddress {
    var host = authority
    var user = ""
    if let at = authority.lastIndex(of: "@") {
      user = String(authority[..<at])
      host = String(authority[authority.index(after: at)...])
      if user.contains(":") { throw WorkspaceError.passwordInURL(shown) }
    }
    var port: Int?
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      guard let number = Int(host[host.index(after: colon)...]), (1...65_535).contains(number) else {
        throw WorkspaceError.unsupportedRemote(shown)
      }
      port = number
      host = String(host[..<colon])
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    // Nothing that ssh could take for an option, or a shell for more than a word.
    let words = [host, user].map { $0.unicodeScalars }
    let isPlain = words.allSatisfy { word in
      word.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
          || "-._:%".unicodeScalars.contains($0)
      }
        && word.first != "-"
    }
    guard isPlain, !host.isEmpty, !path.isEmpty, !path.utf8.contains(0) else {
      throw WorkspaceError.unsupportedRemote(shown)
    }
    return .shell(host: user.isEmpty ? host : "\(user)@\(host)", port: port, path: path)
  }
}

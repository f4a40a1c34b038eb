/// URLs of remotes, without what gives access to them.
package enum RemoteURL {
  /// Returns the URL without password, token, query and fragment; of ssh the user's name stays, since it is part of the place.
  ///
  /// Takes every form that git takes: URLs, `user@host:path`, `helper::address` and plain paths, which stay as they are.
  package static func withoutCredentials(_ url: String) -> String {
    if let range = helperPrefix(of: url) {
      return String(url[..<range]) + withoutCredentials(String(url[range...]))
    }
    guard let scheme = scheme(of: url) else { return shortForm(url) }
    var rest = url[scheme.end...]
    // A secret may hold a slash that should have been escaped: what is no port before it and has an `@` after is one.
    let authority = rest.prefix { !"/?#".contains($0) }
    let port = authority.split(separator: ":", omittingEmptySubsequences: false).dropFirst().last
    let endsInPort = port.map { $0.allSatisfy { "0"..."9" ~= $0 } } ?? true
    let isAddress = authority.hasSuffix("]")  // of version 6, whose colons are no ports'
    let holder = authority.contains("@") || endsInPort || isAddress ? authority : rest
    if let at = holder.lastIndex(of: "@") {
      let user = rest[..<at].prefix { $0 != ":" }
      rest = rest[rest.index(after: at)...]
      if scheme.isShell, !user.isEmpty { rest = "\(user)@\(rest)"[...] }
    }
    return String(url[..<scheme.end]) + rest.prefix { $0 != "?" && $0 != "#" }
  }

  private struct Scheme {
    var end: String.Index
    var isShell: Bool
  }

  /// The `scheme://` that a URL begins with.
  private static func scheme(of url: String) -> Scheme? {
    guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { return nil }
    let name = url[..<colon].lowercased()
    guard !name.isEmpty, name.unicodeScalars.allSatisfy({ isNameCharacter($0) }) else { return nil }
    return Scheme(end: url.index(colon, offsetBy: 3), isShell: ["ssh", "git+ssh", "ssh+git"].contains(name))
  }

  /// The end of the `helper::` that an address for a remote helper begins with (gitremote-helpers(7)).
  private static func helperPrefix(of url: String) -> String.Index? {
    guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("::"), colon != url.startIndex else {
      return nil
    }
    guard url[..<colon].unicodeScalars.allSatisfy({ isNameCharacter($0) }) else { return nil }
    return url.index(colon, offsetBy: 2)
  }

  /// `user:secret@host:path` without the secret; anything else that is no URL as it is.
  private static func shortForm(_ url: String) -> String {
    let place = url.prefix { $0 != "/" }
    guard let at = place.lastIndex(of: "@"), let colon = place[..<at].firstIndex(of: ":") else { return url }
    guard place[at...].contains(":") else { return url }
    return String(url[..<colon]) + url[at...]
  }

  private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "+", "-", ".": true
    default: false
    }
  }
}

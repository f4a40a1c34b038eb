public import GitAccess
internal import MLTBase
internal import SystemPackage

/// A remote that the settings name.
public struct RemoteDefinition: Hashable, Sendable {
  /// The name.
  public var name: String
  /// Where it is, without credentials.
  public var url: String
  /// The level that names it.
  public var level: Configuration.Level
}

/// The keys of remotes in the settings: `remote.NAME.url`, and `remote.default`.
enum RemoteKey {
  static let section = "remote"
  static let `default` = "remote.default"

  static func url(_ name: String) -> String { "\(section).\(name).url" }
  static func program(_ name: String) -> String { "\(section).\(name).program" }

  /// The remote whose URL a key holds.
  static func name(of key: String) -> String? {
    guard key.hasPrefix(section + "."), key.hasSuffix(".url") else { return nil }
    let name = key.dropFirst(section.count + 1).dropLast(4)
    return name.isEmpty ? nil : String(name)
  }

  /// Whether a key is one of a remote's.
  static func isKnown(_ key: String) -> Bool {
    if key == `default` || name(of: key) != nil { return true }
    let parts = key.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count >= 3 && parts.first == "remote" && parts.last == "program"
  }

  static func isLegal(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, first != "-", first != ".", name.utf8.count <= 64 else { return false }
    return name.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || "-._".unicodeScalars.contains($0)
    }
  }
}

extension Workspace {
  /// The remotes that the settings name, sorted by name.
  public func remotes() -> [RemoteDefinition] {
    var remotes: [String: RemoteDefinition] = [:]
    // What wins comes last.
    for entry in configuration.entries {
      guard let name = RemoteKey.name(of: entry.key), let url = entry.value else { continue }
      remotes[name] = RemoteDefinition(name: name, url: RemoteURL.withoutCredentials(url), level: entry.level)
    }
    return remotes.values.sorted { $0.name < $1.name }
  }

  /// The remote that is meant where none is named: `remote.default`, the only one, or `origin`.
  ///
  /// - Throws: ``WorkspaceError/noRemote(known:)``.
  public func defaultRemote() throws -> String {
    let names = remotes().map(\.name)
    if let name = try configuration.string(RemoteKey.default) { return try known(name) }
    if let only = names.first, names.count == 1 { return only }
    if names.contains("origin") { return "origin" }
    throw WorkspaceError.noRemote(known: names)
  }

  /// - Throws: ``WorkspaceError/unknownRemote(_:similar:)``.
  func known(_ name: String) throws -> String {
    let names = remotes().map(\.name)
    if names.contains(name) { return name }
    throw WorkspaceError.unknownRemote(name, similar: Similarity.nearest(to: name, among: names, limit: 3))
  }

  /// Names a remote, and makes it where there is none.
  ///
  /// - Parameters:
  ///   - url: where it is; a relative path begins at the context's directory, and is kept as seen from the work tree's root.
  ///   - level: `.shared`, to be committed, or `.local`.
  ///   - program: the `mlt` to start at the other side of an ssh URL, kept for this clone alone; nil for what the settings say.
  ///   - isCreating: whether it is reached, and made if need be, before it is named.
  /// - Throws: ``WorkspaceError/invalidRemoteName(_:)``, ``WorkspaceError/remoteExists(_:)``,
  ///   ``WorkspaceError/unsupportedRemote(_:)``, ``WorkspaceError/passwordInURL(_:)``,
  ///   ``WorkspaceError/remoteFailed(_:url:_:)``.
  public func addRemote(
    _ name: String, url: String, program: String? = nil, at level: Configuration.Level, isCreating: Bool
  ) throws -> RemoteDefinition {
    guard RemoteKey.isLegal(name) else { throw WorkspaceError.invalidRemoteName(name) }
    if remotes().contains(where: { $0.name == name }) { throw WorkspaceError.remoteExists(name) }
    let url = try stored(url)
    if isCreating { try makeRemote(name, url: url, program: program) }
    if let program { try Configuration.set(RemoteKey.program(name), program, in: file(of: .local)) }
    try Configuration.set(RemoteKey.url(name), url, in: file(of: level))
    return RemoteDefinition(name: name, url: RemoteURL.withoutCredentials(url), level: level)
  }

  /// Says anew where a remote is, at the level that names it.
  ///
  /// - Throws: ``WorkspaceError/unknownRemote(_:similar:)``; as ``addRemote(_:url:at:isCreating:)``.
  public func setRemoteURL(_ name: String, to url: String, isCreating: Bool) throws -> RemoteDefinition {
    let old = try definition(of: name)
    let url = try stored(url)
    if isCreating { try makeRemote(name, url: url) }
    try Configuration.set(RemoteKey.url(name), url, in: file(of: old.level))
    return RemoteDefinition(name: name, url: RemoteURL.withoutCredentials(url), level: old.level)
  }

  /// Forgets a remote; what is in it stays.
  ///
  /// - Throws: ``WorkspaceError/unknownRemote(_:similar:)``; what the settings' files throw.
  public func removeRemote(_ name: String) throws {
    try moveRemote(name, to: nil)
  }

  /// Gives a remote another name.
  ///
  /// - Throws: as ``addRemote(_:url:at:isCreating:)`` and ``removeRemote(_:)``.
  public func renameRemote(_ name: String, to new: String) throws {
    guard RemoteKey.isLegal(new) else { throw WorkspaceError.invalidRemoteName(new) }
    if remotes().contains(where: { $0.name == new }) { throw WorkspaceError.remoteExists(new) }
    try moveRemote(name, to: new)
  }

  /// Says which remote is meant where none is named.
  ///
  /// - Throws: ``WorkspaceError/unknownRemote(_:similar:)``; what the settings' files throw.
  public func setDefaultRemote(_ name: String, at level: Configuration.Level) throws {
    try Configuration.set(RemoteKey.default, known(name), in: file(of: level))
  }

  /// Says which `mlt` is to be started at the other side of an ssh URL.
  ///
  /// - Parameter level: `.local`, or `.user` for all clones that name the remote so.
  /// - Throws: ``WorkspaceError/unknownRemote(_:similar:)``; what the settings' files throw.
  public func setRemoteProgram(_ name: String, to program: String, at level: Configuration.Level) throws {
    let file = file(of: level)
    if level == .user { try FileOperations.createFolder(file.removingLastComponent()) }
    try Configuration.set(RemoteKey.program(known(name)), program, in: file)
  }

  private func moveRemote(_ name: String, to new: String?) throws {
    _ = try known(name)
    let keys = [(RemoteKey.url(name), new.map(RemoteKey.url)), (RemoteKey.program(name), new.map(RemoteKey.program))]
    for entry in configuration.entries {
      let file = file(of: entry.level)
      if let (old, renamed) = keys.first(where: { $0.0 == entry.key }) {
        if let renamed, let value = entry.value { try Configuration.set(renamed, value, in: file) }
        _ = try Configuration.unset(old, in: file)
      } else if entry.key == RemoteKey.default, entry.value == name {
        if let new {
          try Configuration.set(RemoteKey.default, new, in: file)
        } else {
          _ = try Configuration.unset(RemoteKey.default, in: file)
        }
      }
    }
  }

  func definition(of name: String) throws -> RemoteDefinition {
    let name = try known(name)
    guard let remote = remotes().first(where: { $0.name == name }) else {
      throw WorkspaceError.unknownRemote(name, similar: [])
    }
    return remote
  }

  private func file(of level: Configuration.Level) -> FilePath {
    switch level {
    case .user: context.userConfiguration ?? folder.appending("config")
    case .shared: root.appending(Self.sharedConfigurationName)
    case .local: folder.appending("config")
    }
  }

  /// The URL as it is kept: a relative path as seen from the work tree's root, so that it means the same from everywhere.
  private func stored(_ url: String) throws -> String {
    let address = try RemoteAddress(url, root: context.directory)
    guard case .folder(let folder) = address, !url.hasPrefix("/"), !url.contains("://") else { return url }
    let here = FileOperations.resolved(folder.removingLastComponent()) ?? folder.removingLastComponent()
    let place = folder.lastComponent.map { here.appending($0) } ?? here
    let (start, end) = (Array(root.components), Array(place.components))
    let shared = zip(start, end).prefix { $0 == $1 }.count
    let names = Array(repeating: "..", count: start.count - shared) + end[shared...].map(\.string)
    return names.isEmpty ? "." : names.joined(separator: "/")
  }
}

public import GitAccess
internal import MLTBase
public import SystemPackage

extension Workspace {
  /// The file that holds the settings of a level; nil for the user's if the environment names no home.
  public func configurationFile(_ level: Configuration.Level) -> FilePath? {
    switch level {
    case .user: context.userConfiguration
    case .shared: root.appending(Self.sharedConfigurationName)
    case .local: folder.appending("config")
    }
  }

  /// Sets a value in the file of a level, or takes it out with nil.
  ///
  /// - Throws: `GitError` for a malformed key or file; ``WorkspaceError/malformedSetting(key:value:)`` for a value that
  ///   mlt's own keys can't have.
  public func configure(_ key: String, _ value: String?, level: Configuration.Level) throws {
    guard let file = configurationFile(level) else {
      throw WorkspaceError.malformedSetting(key: "HOME", value: "")
    }
    if let value {
      try Self.check(key, value)
      if level == .user { try FileOperations.createFolder(file.removingLastComponent()) }
      try Configuration.set(key, value, in: file)
    } else {
      _ = try Configuration.unset(key, in: file)
    }
  }

  private static func check(_ key: String, _ value: String) throws {
    guard key.lowercased() == "capture.inputlimit" else { return }
    let digits = value.lowercased().last.map { "kmg".contains($0) } ?? false ? value.dropLast() : value[...]
    guard let number = Int64(digits), number >= 0 else {
      throw WorkspaceError.malformedSetting(key: key, value: value)
    }
  }
}

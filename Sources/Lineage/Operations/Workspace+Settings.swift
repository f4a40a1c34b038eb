public import GitAccess
internal import MLTBase
internal import SystemPackage

extension Workspace {
  /// Reads the settings of a context's directory, where there need be no workspace.
  ///
  /// - Throws: what git and the configuration's files throw.
  public static func configuration(around context: ProcessContext) throws -> Configuration {
    let place = try locate(context)
    return try configuration(context, root: place.root, folder: place.folder)
  }

  /// Every setting that this version knows with the value that holds, and whatever else is set; sorted by key, without
  /// credentials of remotes.
  ///
  /// - Parameter level: the one level to look at, where only what is set there is listed; nil for all.
  public static func settings(of configuration: Configuration, at level: Configuration.Level?) -> [EffectiveSetting] {
    var settings: [String: EffectiveSetting] = [:]
    if level == nil {
      for setting in Setting.allCases {
        settings[setting.rawValue] = EffectiveSetting(
          key: setting.rawValue, value: setting.defaultValue, level: nil, isKnown: true)
      }
    }
    for entry in configuration.entries where level == nil || entry.level == level {
      let known = SettingKey(entry.key)
      if known?.setting.counts(entry) == false { continue }
      let key = known?.text ?? entry.key
      var value = entry.value ?? "true"
      // One that was written by hand may hold a password.
      if RemoteKey.name(of: key) != nil { value = RemoteURL.withoutCredentials(value) }
      settings[key] = EffectiveSetting(
        key: key, value: value, level: entry.level, isKnown: known != nil || RemoteKey.isKnown(key))
    }
    return settings.values.sorted { $0.key < $1.key }
  }

  /// Sets a value in the file of a level.
  ///
  /// - Throws: `GitError` for a malformed key or file; ``WorkspaceError/unknownSetting(_:similar:)``,
  ///   ``WorkspaceError/malformedSetting(key:value:)``, ``WorkspaceError/noUserFolder``,
  ///   ``WorkspaceError/privateSetting(_:)`` and ``WorkspaceError/sharedRequirement(_:)`` for the shared level; for the local level without a `.mlt`,
  ///   ``WorkspaceError/notInitialized(_:)``.
  public static func set(
    _ key: String, to value: String, at level: Configuration.Level, _ context: ProcessContext
  ) throws {
    let key = try settingKey(key)
    guard key.setting.accepts(value) else { throw WorkspaceError.malformedSetting(key: key.text, value: value) }
    if level == .shared {
      if key.setting.isPrivate { throw WorkspaceError.privateSetting(key.text) }
      if key.setting.isRequirement, Configuration.flag(of: value) == false {
        throw WorkspaceError.sharedRequirement(key.text)
      }
    }
    let file = try file(of: level, context)
    if level == .user { try FileOperations.createFolder(file.removingLastComponent()) }
    try Configuration.set(key.text, value, in: file)
  }

  /// Takes a key out of the file of a level, be it known or not.
  ///
  /// - Returns: whether it was set there.
  /// - Throws: as ``set(_:to:at:_:)``.
  public static func unset(_ key: String, at level: Configuration.Level, _ context: ProcessContext) throws -> Bool {
    try Configuration.unset(key, in: file(of: level, context))
  }

  /// Finds the setting that a key names, for all or for one component.
  ///
  /// - Throws: ``WorkspaceError/unknownSetting(_:similar:)``.
  public static func settingKey(_ key: String) throws -> SettingKey {
    if let known = SettingKey(key) { return known }
    let known = Setting.allCases.map(\.rawValue)
    throw WorkspaceError.unknownSetting(key, similar: Similarity.nearest(to: key, among: known, limit: 3))
  }

  private static func file(of level: Configuration.Level, _ context: ProcessContext) throws -> FilePath {
    switch level {
    case .user:
      guard let file = context.userConfiguration else { throw WorkspaceError.noUserFolder }
      return file
    case .shared: return try locate(context).root.appending(sharedConfigurationName)
    case .local:
      guard let folder = try locate(context).folder else { throw WorkspaceError.notInitialized(context.directory) }
      return folder.appending("config")
    }
  }
}

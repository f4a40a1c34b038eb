internal import GitAccess
internal import Journaling
internal import MLTBase
internal import SystemPackage

/// What a run is to be signed with.
struct RunSigner {
  let keygen: SSHKeygen
  let key: FilePath
}

extension Workspace {
  /// Finds what a run is to be signed with, before anything is done; nil if it isn't to be signed.
  ///
  /// - Parameter isWanted: whether the run was asked to be signed; nil leaves it to the setting.
  /// - Throws: ``SigningError/noKey``, ``SigningError/missingKey(_:)``, ``SigningError/notStarted(_:)``.
  func signer(_ isWanted: Bool?) throws -> RunSigner? {
    guard try isWanted ?? flag(.signRuns) else { return nil }
    guard let key = privatePath(.signKey) else { throw SigningError.noKey }
    guard try FileStatus(at: key, followingLinks: true)?.kind == .regular else { throw SigningError.missingKey(key) }
    let path = context.environment["PATH"]
    if let failure = ProgramSearch.failure(SSHKeygen.program, path: path, directory: context.directory) {
      throw SigningError.notStarted(SystemCallError("start", FilePath(SSHKeygen.program), failure))
    }
    return RunSigner(keygen: try SSHKeygen(context), key: key)
  }

  /// Signs the record of a run that has ended.
  func sign(_ record: ContentID, of run: RunID, with signer: RunSigner) throws {
    let (signature, key) = try signer.keygen.sign(RunSigned.message(of: record), key: signer.key)
    try self.record([RunSigned(run: run, record: record, signature: signature, key: key)], durable: true)
  }

  // MARK: Settings

  /// The value that the user or this clone gives a setting, whatever the shared file says.
  private func privateValue(_ setting: Setting) -> String? {
    configuration.entries.last { $0.level != .shared && Setting(key: $0.key) == setting }.map { $0.value ?? "true" }
  }

  private func flag(_ setting: Setting) throws -> Bool {
    guard let value = privateValue(setting) else { return false }
    guard let isOn = Configuration.flag(of: value) else {
      throw WorkspaceError.malformedSetting(key: setting.rawValue, value: value)
    }
    return isOn
  }

  /// The file that a setting names: from the work tree's root, or behind `~/` from the home folder.
  private func privatePath(_ setting: Setting) -> FilePath? {
    guard let value = privateValue(setting), !value.isEmpty else { return nil }
    if value.hasPrefix("~/"), let home = context.home { return home.pushing(FilePath(String(value.dropFirst(2)))) }
    return root.pushing(FilePath(value))
  }

  /// The most bytes of a file of keys.
  private static let keysLimit = 1 << 20

  /// Reads the file of allowed signers; nil if there is none at the usual place.
  ///
  /// The one at the usual place comes with a clone, so that it must be a file and no link.
  ///
  /// - Throws: ``SigningError/noAllowedSigners(_:)`` if the file that a setting names isn't there.
  func allowedSigners() throws -> [UInt8]? {
    let own = privatePath(.allowedSigners)
    let path = own ?? root.appending(Setting.allowedSigners.defaultValue)
    guard let status = try FileStatus(at: path, followingLinks: own != nil) else {
      if own == nil { return nil }
      throw SigningError.noAllowedSigners(path)
    }
    guard status.kind == .regular else { throw SigningError.noAllowedSigners(path) }
    return try FileOperations.contents(of: path, limit: Self.keysLimit)
  }

  /// Reads the file of revoked keys, if a setting names one.
  ///
  /// - Throws: ``SigningError/noRevokedKeys(_:)`` if it isn't there: what it says must not be passed over.
  func revokedKeys() throws -> [UInt8]? {
    guard let path = privatePath(.revokedKeys) else { return nil }
    guard try FileStatus(at: path, followingLinks: true)?.kind == .regular,
      let keys = try FileOperations.contents(of: path, limit: Self.keysLimit)
    else { throw SigningError.noRevokedKeys(path) }
    return keys
  }
}

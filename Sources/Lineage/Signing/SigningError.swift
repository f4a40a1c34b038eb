public import MLTBase
public import SystemPackage

/// Why a run can't be signed, or signatures can't be checked.
public enum SigningError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No setting names the key to sign with.
  case noKey
  /// There is no file at the key's path.
  case missingKey(FilePath)
  /// The program that signs and checks can't be started.
  case notStarted(SystemCallError)
  /// The program ended with this status and no signature.
  case refused(status: Int32)
  /// The program made a signature that it doesn't accept itself.
  case unusable
  /// There is no file of allowed signers where a setting names one, or what is there is none.
  case noAllowedSigners(FilePath)
  /// There is no file of revoked keys where a setting names one.
  case noRevokedKeys(FilePath)

  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .noKey: "no key to sign with is set"
    case .missingKey(let path): "there is no key '\(path.string)'"
    case .notStarted(let error): "\(error)"
    case .refused(let status): "'\(SSHKeygen.program)' didn't sign and ended with exit status \(status)"
    case .unusable: "'\(SSHKeygen.program)' made a signature that doesn't hold"
    case .noAllowedSigners(let path): "there is no file of allowed signers '\(path.string)'"
    case .noRevokedKeys(let path): "there is no file of revoked keys '\(path.string)'"
    }
  }
}

internal import MLTBase
public import ProvenanceExchange
public import SystemPackage

/// Why nothing can be exported.
public enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No recorded run made what the pointer names.
  case unmade(String)
  /// None of the runs that were asked for can be attested, for these reasons.
  case nothingToAttest([AttestationWriter.Omission: Int])
  /// Something is in the folder that a crate is to be made in, or a file is in its place.
  case occupied(FilePath)

  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .unmade(let pointer): "no recorded run made '\(pointer)'"
    case .nothingToAttest: "there is nothing to attest"
    case .occupied(let path): "'\(PathText.encode(path.bytes))' exists already"
    }
  }
}

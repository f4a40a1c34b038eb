internal import Lineage
internal import MLTBase
internal import ObjectStorage
internal import Remotes

/// What to say of remotes and signatures.
extension FailureReport {
  mutating func describe(_ error: RemoteError, of name: String, _ url: String) {
    let place = "remote '\(name)' (\(url))"
    switch error {
    case .cancelled: set("interrupted", .interrupted, hint: "run the command again to go on where it was")
    case .notARemote:
      set(
        "\(place): there is no remote in it", .notFound,
        hint: "run 'mlt remote set-url \(name) \(Formatting.word(url))' to make one there")
    case .unsettled: set("\(place) keeps changing", .locked, hint: "run the command again")
    case .unsupportedVersion: set("\(place): \(error)", .failed, hint: "a newer mlt made it; upgrade mlt")
    case .malformed: set("\(place): \(error)", .corrupt)
    case .storage(let error): describe(error)
    case .journal(let error): describe(error)
    case .transport(let error):
      switch error {
      case .noFolder:
        set(
          "\(place): \(error)", .notFound, hint: "is it mounted? 'mlt remote set-url \(name) URL' says anew where it is"
        )
      case .missing, .truncated, .notAFile, .tooLarge, .tooMany: set("\(place): \(error)", .corrupt)
      case .full: set("\(place): \(error)", .failed, hint: "free some space there and push again; nothing is lost")
      case .readOnly, .denied: set("\(place): \(error)", .failed, hint: "you may read it, but not write it")
      case .notStarted: set("\(place): \(error)", .failed, hint: "is ssh installed?")
      case .connectionLost:
        set("\(place): \(error)", .failed, hint: "does 'ssh HOST mlt --version' work?")
        hints.append(
          "where mlt is elsewhere on that machine, 'git config -f .mlt/config remote.\(name).program PATH' says so")
      case .otherProtocol: set("\(place): \(error)", .failed, hint: "upgrade the older mlt of the two")
      case .notAServer, .violation, .system: set("\(place): \(error)", .failed)
      }
    }
  }

  mutating func describe(_ error: SigningError) {
    switch error {
    case .noKey: set("\(error)", .usage, hint: "run 'mlt config --user sign.key ~/.ssh/id_ed25519'")
    case .missingKey: set("\(error)", .notFound, hint: "run 'mlt config --user sign.key FILE' to name another")
    case .notStarted: set("\(error)", .failed, hint: "is it installed? Debian's package is 'openssh-client'")
    case .refused: set("\(error)", .failed, hint: "its own message stands above")
    case .unusable: set("\(error)", .failed)
    case .noAllowedSigners:
      set("\(error)", .notFound, hint: "'mlt config sign.allowedSigners' says where it should be")
    case .noRevokedKeys:
      set("\(error)", .notFound, hint: "'mlt config sign.revokedKeys' says where it should be")
    }
  }
}

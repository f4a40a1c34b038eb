internal import FileTracing
internal import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage

/// What to say of the parts below: store, git, journal, index, tracing, system calls.
extension FailureReport {
  mutating func describe(_ error: StorageError) {
    switch error {
    case .system(let error), .unreadable(let error): describe(error)
    case .corrupt:
      set("\(error)", .corrupt, hint: "the bytes can't be trusted and weren't used; other packs aren't affected")
    case .unsupportedVersion: set("\(error)", .failed, hint: "a newer mlt wrote it; upgrade mlt")
    case .missing: set("\(error)", .notFound)
    case .notAStore, .invalidTree: set("\(error)", .corrupt)
    case .notAFile, .tooLarge, .tooManyFolders, .unsafeEntry, .invalidPrefix: set("\(error)", .failed)
    case .folderInTheWay, .changedMeanwhile: set("\(error)", .conflict)
    case .writerEnded: set("\(error)", .bug)
    case .collectedMeanwhile: set("\(error)", .failed, hint: "run the command again")
    case .busy: set("\(error)", .locked, hint: "wait until it is done")
    case .cancelled: set("interrupted", .interrupted, hint: "run the command again to go on where it was")
    }
  }

  mutating func describe(_ error: GitError) {
    switch error {
    case .notOwned(let path):
      set("\(error)", .failed, hint: "if you trust it, run 'git config --global --add safe.directory \(path.string)'")
    case .unsupportedObjectFormat: set("\(error)", .failed, hint: "only SHA-1 repositories can be read")
    case .unsupportedIndex(.split, _):
      set(
        "\(error)", .failed,
        hint: "'git config core.splitIndex false' and 'git update-index --no-split-index' make it whole")
    case .unsupportedIndex(.sparse, _):
      set(
        "\(error)", .failed,
        hint: "'git sparse-checkout reapply --no-sparse-index' makes it whole; the checkout stays sparse")
    case .noSuchCommit: set("\(error)", .notFound)
    case .ambiguousRevision: set("\(error)", .conflict, hint: "give more digits")
    case .malformedConfiguration: set("\(error)", .corrupt, hint: "mend the file by hand; it is in git's format")
    case .invalidKey: set("\(error)", .usage, hint: "keys look like 'capture.inputLimit'")
    case .invalidValue: set("\(error)", .usage)
    case .severalValues: set("\(error)", .conflict)
    case .locked: set("\(error)", .locked, hint: "another process writes it; if none does, remove its '.lock' file")
    case .system(let error): describe(error)
    case .blobTooLarge, .failed: set("\(error)", .failed)
    }
  }

  mutating func describe(_ error: JournalError) {
    switch error {
    case .system(let error): describe(error)
    case .missing: set("\(error)", .corrupt, hint: "is this a .mlt folder? run 'mlt init' in a fresh one")
    case .unsupportedVersion: set("\(error)", .failed, hint: "a newer mlt wrote it; upgrade mlt")
    case .malformed, .damagedSegment: set("\(error)", .corrupt)
    case .lineTooLong, .batchTooLarge, .timeExhausted, .compression: set("\(error)", .failed)
    case .fieldNameTaken: set("\(error)", .bug)
    }
  }

  mutating func describe(_ error: IndexError) {
    switch error {
    case .database where error.meansContention:
      set("\(error)", .locked, hint: "another mlt is at work; try again")
    case .database where error.meansNoRoom: set("\(error)", .failed, hint: "free some space and try again")
    case .database:
      set(
        "\(error)", error.meansDamage ? .corrupt : .failed,
        hint: "the index can be removed; it is rebuilt: .mlt/index.sqlite*")
    case .journal(let error): describe(error)
    case .stale: set("\(error)", .failed)
    case .system(let error): describe(error)
    }
  }

  mutating func describe(_ error: TracingError) {
    switch error {
    case .notFound: set("\(error)", .noCommand)
    case .notExecutable: set("\(error)", .notExecutable)
    case .invalidRequest: set("\(error)", .usage)
    case .keeperLost: set("\(error)", .failed)
    case .notASpool: set("\(error)", .corrupt)
    case .system(let error): describe(error)
    }
  }

  mutating func describe(_ error: SystemCallError) {
    let hint: String? =
      switch error.errno {
      case .noSpace, .diskQuotaExceeded: "free some space and try again"
      case .permissionDenied, .notPermitted: "check who owns it and its permissions"
      case .readOnlyFileSystem: "the file system is read-only"
      default: nil
      }
    let isMissing = error.errno == .noSuchFileOrDirectory
    set("\(error)", isMissing ? .notFound : .failed, hint: hint)
  }
}

internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import SystemPackage

/// What a run's keeper starts when the process that started the run is gone; not for people.
struct FinishRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finish-run", abstract: "Finish the record of a run whose starter is gone", shouldDisplay: false)

  @Argument(help: "The run")
  var runDigits: String

  @Argument(help: "The spool of its file accesses")
  var spool: String

  @Argument(help: "Why: 'late' or 'orphaned'")
  var reason: String

  func run() throws {
    guard let id = RunID(hex: runDigits) else {
      throw UsageError.malformedOption("run", value: runDigits, expected: "32 hexadecimal digits")
    }
    guard let reason = FinishReason(rawValue: reason) else {
      throw UsageError.malformedOption("reason", value: reason, expected: "late or orphaned")
    }
    let bytes = PathText.decode(spool) ?? Array(spool.utf8)
    try Session().workspace().finish(id, spool: FilePath(bytes: bytes) ?? FilePath(spool), reason: reason)
  }
}

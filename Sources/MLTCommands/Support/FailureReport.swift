internal import ArgumentParser
internal import FileTracing
internal import GitAccess
internal import Glibc
internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// The one place that turns every failure into message, hints and exit status.
///
/// The switches are exhaustive on purpose: a new case of an error doesn't compile until it has an answer here.
struct FailureReport {
  /// The exit statuses of `mlt help`.
  enum Status: Int32 {
    case failed = 1
    case usage = 2
    case notFound = 3
    case conflict = 4
    case locked = 5
    case corrupt = 6
    case bug = 70
    case interrupted = 130
    case notRecorded = 125
    case notExecutable = 126
    case noCommand = 127
  }

  var message: String
  var hints: [String] = []
  var status: Int32
  /// What the parser of arguments wants shown: help, versions, its own errors.
  private var parserText: (text: String, toStdout: Bool)?

  /// Finds what to say of an error.
  init(_ error: any Error) {
    message = ""
    status = Status.failed.rawValue
    describe(error)
  }

  mutating func set(_ message: String, _ status: Status, hint: String? = nil) {
    self.message = message
    self.status = status.rawValue
    if let hint { hints.append(hint) }
  }

  /// Writes the message and hints to stderr and returns the exit status.
  func present() -> Int32 {
    if let parserText {
      if !parserText.text.isEmpty {
        // Nobody is left to be told if help can't be shown.
        try? Output.write(
          Array((parserText.text + "\n").utf8), to: parserText.toStdout ? STDOUT_FILENO : STDERR_FILENO)
      }
      return status
    }
    if !message.isEmpty {
      Output.say("error: \(message)")
      for hint in hints { Output.say("hint: \(hint)") }
    }
    return status
  }

  /// Writes the message and hints to stderr as of something that stops nothing.
  func presentAsWarning() {
    if message.isEmpty { return }
    Output.say("warning: \(message)")
    for hint in hints { Output.say("hint: \(hint)") }
  }

  // MARK: By type

  private mutating func describe(_ error: any Error) {
    switch error {
    case let error as ExitCode: status = error.rawValue
    case let error as UsageError: describe(error)
    case let error as RunFailure:
      describe(error.cause)
      // Programs that run programs keep 125 to 127 for themselves, as env and timeout do.
      if status < Status.notRecorded.rawValue { status = Status.notRecorded.rawValue }
    case let error as WorkspaceError: describe(error)
    case let error as StorageError: describe(error)
    case let error as GitError: describe(error)
    case let error as JournalError: describe(error)
    case let error as IndexError: describe(error)
    case let error as TracingError: describe(error)
    case let error as SigningError: describe(error)
    case let error as RerunError: describe(error)
    case let error as DownstreamError: describe(error)
    case let error as BisectError: describe(error)
    case let error as LoggingError: describe(error)
    case let error as LeaderboardError: describe(error)
    case let error as TrackingImportError: describe(error)
    case let error as PlotError: describe(error)
    case let error as FilePlotProblem: describe(error)
    case let error as PredictionError: describe(error)
    case let error as ModelError: describe(error)
    case let error as ExportError: describe(error)
    case let error as SystemCallError: describe(error)
    case let error as FactError: set("cannot read an event: \(error)", .corrupt)
    default: describeParsing(error)
    }
  }

  private mutating func describeParsing(_ error: any Error) {
    let code = MLT.exitCode(for: error)
    let text = MLT.fullMessage(for: error)
    if code == .success {
      parserText = (text, true)
      status = 0
    } else if code == .validationFailure {
      parserText = (text.hasPrefix("Error: ") ? "error: " + text.dropFirst(7) : text, false)
      status = Status.usage.rawValue
    } else {
      set("unexpected failure: \(error)", .bug, hint: "this is a bug of mlt; please report it with the command you ran")
    }
  }

  private mutating func describe(_ error: UsageError) {
    switch error {
    case .missingFolder: set("option '-C' needs a folder", .usage)
    case .unknownCommand(let name, let known):
      set("'\(name)' is not an mlt command", .usage)
      let similar = Similarity.nearest(to: name, among: known, limit: 3)
      hints.append(similar.isEmpty ? "run 'mlt help' for a list" : "did you mean \(Self.list(similar))?")
    case .malformedOption(let option, let value, let expected):
      set("option '\(option)' takes \(expected), not '\(value)'", .usage)
    }
  }

  // MARK: Words

  static func list(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: " or ")
  }

  static func text(_ candidate: PointerCandidate) -> String {
    switch candidate {
    case .run(let run, let component): "  run \(run.hex.prefix(16))  \(component)"
    case .commit(let commit): "  commit \(commit.prefix(16))"
    case .path(let path): "  path './\(path)'"
    case .content(let content, let path): "  content \(content.hex.prefix(16))  \(path ?? "")"
    }
  }
}

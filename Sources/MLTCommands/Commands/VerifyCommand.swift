internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check who signed the runs behind a file, and that facts and bytes are what they were",
    discussion: """
      Follows a file or run back as 'mlt trace' does. Of each run: whether the journal's facts make the record that was \
      written down and signed, and whose signature it is; then the stored bytes of all that the runs read and wrote.

        mlt verify models/model.pkl
        mlt verify --require models/model.pkl
        mlt verify                              everything that 'mlt.lock' tracks

      Who is trusted says '.mlt-allowed-signers' at the work tree's root, or the file that the setting \
      'sign.allowedSigners' names, in ssh's format (man ssh-keygen, ALLOWED SIGNERS). 'mlt run --sign' signs.

      Exit status: 0 if nothing fails, 6 if a fact, a signature or a byte isn't what it was, 1 if no recorded run made the \
      file or, with --require, if something isn't signed by an allowed signer.
      """)

  @Argument(help: "Path, PATH@RUN, run id or content id (default: all that is tracked)", completion: .file())
  var pointer: String?

  @Flag(name: .long, help: "Demand that every run is signed by an allowed signer")
  var require = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let report = try session.watching("verifying") { progress in
      try workspace.verify(pointer, progress: progress)
    }
    let isNo = !report.unmade.isEmpty || (require && !report.isSigned)
    if json {
      try session.show(json: VerifyRendering.json(report), of: workspace)
    } else {
      try session.show(VerifyRendering.text(report, terminal: session.terminal), of: workspace)
    }
    if report.isBroken { throw ExitCode(FailureReport.Status.corrupt.rawValue) }
    if isNo { throw ExitCode(FailureReport.Status.failed.rawValue) }
  }
}

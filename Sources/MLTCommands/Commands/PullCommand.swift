internal import ArgumentParser
internal import Lineage
internal import Remotes
internal import SystemPackage

struct PullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Get facts and tracked data from a remote, and put the data in place",
    discussion: """
      Gets all recorded facts and the bytes that 'mlt.lock' names, then does what 'mlt checkout' does. In a fresh clone of \
      a git repository it makes '.mlt' first: 'git clone' and 'mlt pull' give working data and the whole lineage.

        git pull && mlt pull
        mlt pull --no-checkout      leave the files in the work tree as they are
        mlt pull --require-signed   only what an allowed signer vouches for

      With --require-signed, the runs that made the data, and all before them, have to be signed by allowed signers, as \
      'mlt verify' has it, except for those that this clone recorded itself. Otherwise the facts come, and no bytes; the \
      exit status is 1.
      """)

  @Argument(help: "Remote (default: the only one, 'origin', or 'mlt remote default')")
  var remote: String?

  @Flag(name: .customLong("no-checkout"), help: "Leave the files in the work tree as they are")
  var leavesFiles = false

  @Flag(name: [.short, .long], help: "Overwrite content that isn't stored")
  var force = false

  @Flag(
    inversion: .prefixedNo,
    help: "Take bytes only if all runs behind them are signed (default: setting 'pull.requireSigned')")
  var requireSigned: Bool?

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let report = try Workspace.initialize(session.context)
    if !report.existed { Output.say("mlt: initialized \(report.folder.string)") }
    let workspace = try session.workspace()
    var request = FetchRequest(.lock)
    request.remote = remote
    request.requiresSigned = requireSigned
    let outcome = try session.watching("receiving", total: nil, workspace) { try workspace.fetch(request) }
    if !json { try session.show(SharingRendering.text(outcome, isDryRun: false)) }
    if !leavesFiles, outcome.unavailable.isEmpty, outcome.bytes.problems.isEmpty {
      let checkout = try session.watching("restoring", total: nil, workspace) {
        try workspace.checkout(CheckoutRequest(isForced: force))
      }
      if !json { try session.show(CheckoutRendering.text(checkout, isDryRun: false)) }
    }
    if json {
      try session.show(json: SharingRendering.json(outcome, isDryRun: false), of: workspace)
    } else {
      session.tell(workspace)
    }
    try SharingRendering.sayProblems(of: outcome)
  }
}

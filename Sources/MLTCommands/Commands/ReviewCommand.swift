internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Say what flagged files have in common that others haven't",
    discussion: """
      Follows everything that is flagged, and the unflagged files of the same kinds, back through the runs that made them. \
      A kind is a component with a path, numbers in it left aside. What flagged files passed through and unflagged ones \
      didn't is suspect: some runs of a component, a version of its code, a parameter's value, a package, an input. \
      Not everything that is wrong need be flagged, and a few wrong flags do no harm; more of both sorts make it surer.

        mlt flag predictions/2026-09-18.csv predictions/2026-09-21.csv -m 'far too high'
        mlt review
        mlt review --close -m 'orders came in cents'

      What runs made that haven't passed a check ('mlt run --check-after') counts as flagged, too.

      A suspect's line gives its weight, its score, and how many flagged, unflagged and other files passed through it. The \
      score is that of --method: 'ochiai', 'tarantula' or 'dstar' of spectrum-based fault localisation. 'count' ranks \
      single runs by how many flagged files they are behind, as mltrace did.

      A closed flag is settled: 'mlt status' and 'mlt review' leave it out, while the file stays marked as wrong. Flagging \
      it again opens it again. Files that are right after all are for 'mlt unflag'.
      """)

  @Option(name: .long, help: "How to score: ochiai, tarantula, dstar or count")
  var method = ReviewMethod.ochiai.rawValue

  @Option(name: [.short, .long], help: "Only what runs of this component made")
  var component: String?

  @Option(name: .long, help: "Only what was made since: a date, a date and time, '3d', '12h', 'yesterday'")
  var since: TimeArgument?

  @Option(name: [.customShort("n", allowingJoined: true), .customLong("limit")], help: "At most this many suspects")
  var limit: Int = 10

  @Flag(name: .long, help: "Settle the flags on the given files (default: all) instead of looking for causes")
  var close = false

  @Option(name: [.customShort("m"), .customLong("message")], help: "With --close: what was found")
  var why: String?

  @Flag(name: .long, help: "Print JSON")
  var json = false

  @Argument(help: "With --close: paths, PATH@RUN, run ids, content ids or URIs", completion: .file())
  var pointers: [String] = []

  func validate() throws {
    if ReviewMethod(rawValue: method) == nil {
      throw ValidationError("--method takes \(ReviewMethod.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    if limit < 1 { throw ValidationError("--limit takes a number from 1 up") }
    if !close, !pointers.isEmpty { throw ValidationError("pointers go with --close; 'mlt flag' says what is wrong") }
    if !close, why != nil { throw ValidationError("--message goes with --close") }
    if close, json { throw ValidationError("--close and --json can't be given together") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    if close {
      let report = try workspace.closeReview(pointers, why: why)
      return try FlagText.show(report, "closed", "has no open flag", session, workspace)
    }
    let moment = since?.moment(now: session.context.clock.now())
    let report = try workspace.review(
      ReviewRequest(
        method: ReviewMethod(rawValue: method) ?? .ochiai, component: component, since: moment, limit: limit))
    if json {
      try session.show(json: ReviewRendering.json(report), of: workspace)
    } else {
      try session.show(ReviewRendering.text(report, terminal: session.terminal), of: workspace, paged: true)
    }
  }
}

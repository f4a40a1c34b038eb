internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase

struct ModelReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Ask people to look at a version, approve of it or reject it, and see what is missing",
    discussion: """
      What is said holds for exactly this content: a changed model is another version and needs a review of its own. Of each \
      person the latest word counts, signed where signing is on ('sign.runs'). The settings 'review.approvals', 'review.clean', \
      'review.reproduced', 'review.noFlags', 'review.byOthers' and 'review.signed' say what a version needs before it may go \
      to Production; put them into '.mltconfig' for everybody with 'mlt config --shared'.

        mlt model review request wine/3 --from bob@example.com
        mlt model review approve wine/3 -m 'checked the residuals'
        mlt model review status wine/3
      """,
    subcommands: [Status.self, Request.self, Approve.self, Reject.self])

  /// Which version is spoken of, and why.
  struct Subject: ParsableArguments {
    @Argument(help: "VERSION")
    var version: String

    @OptionGroup var reason: ModelReason

    @Flag(inversion: .prefixedNo, help: "Sign it with the key of 'sign.key' (default: as 'sign.runs' has it)")
    var sign: Bool?

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func say(_ verdict: ModelReviewed.Verdict, reviewers: [String] = []) throws {
      let session = try Session()
      let workspace = try session.workspace()
      let standing = try workspace.reviewModel(
        version, verdict, reviewers: reviewers, why: reason.why, isSigned: sign)
      try ModelReviewCommand.show(standing, json, session, workspace)
    }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Show what people say of a version, and what is missing for Production",
      discussion: "Exit status 1 says that something is missing.")

    @Argument(help: "VERSION")
    var version: String

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let standing = try workspace.reviewStanding(of: version)
      try ModelReviewCommand.show(standing, json, session, workspace)
      if !standing.requirements.allSatisfy(\.isMet) { throw ExitCode(FailureReport.Status.failed.rawValue) }
    }
  }

  struct Request: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "request", abstract: "Ask for a review",
      discussion: "If people are named, only their approvals count.")

    @OptionGroup var subject: Subject

    @Option(name: .customLong("from"), help: "Who is asked: a mail address or 'Name <mail>' (can be repeated)")
    var reviewers: [String] = []

    func validate() throws {
      // Persons are told apart by their mail addresses: nobody else could ever answer for 'bob'.
      for reviewer in reviewers where !ReviewVoice.hasMail(reviewer) {
        throw ValidationError("option '--from' takes a mail address or 'Name <mail>', and not '\(reviewer)'")
      }
    }

    func run() throws { try subject.say(.requested, reviewers: reviewers) }
  }

  struct Approve: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "approve", abstract: "Say that a version may go to Production")

    @OptionGroup var subject: Subject

    func run() throws { try subject.say(.approved) }
  }

  struct Reject: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reject", abstract: "Say that a version may not go to Production")

    @OptionGroup var subject: Subject

    func run() throws { try subject.say(.rejected) }
  }

  fileprivate static func show(
    _ standing: ReviewStanding, _ asJSON: Bool, _ session: Session, _ workspace: Workspace
  ) throws {
    if asJSON {
      var fields = ModelReviewRendering.json(standing)
      fields["format"] = 1
      fields["version"] = .object(ModelRendering.json(standing.named.version, of: standing.named.model))
      return try session.show(json: fields, of: workspace)
    }
    try session.show(ModelReviewRendering.text(standing, terminal: session.terminal), of: workspace)
  }
}

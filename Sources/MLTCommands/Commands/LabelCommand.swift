internal import ArgumentParser
internal import Glibc
internal import Journaling
internal import Lineage
internal import MLTBase

struct LabelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label",
    abstract: "Label data, follow labels to all that was made of it, and retract them",
    discussion: """
      A label says something of data that holds for whatever is made of it: whose it is, who agreed to what. It stands \
      where it was put, and flows down to everything that was made of that, which is found out when asked for: a \
      label of today holds for what was made a year ago. 'mlt show' and 'mlt trace' show it.

      A label that is retracted keeps 'mlt run', 'mlt repro' and 'mlt rerun' from reading what carries it, and \
      with --purge the bytes are deleted. What is known of them stays.

        mlt label add consent:2024 data/subjects.csv
        mlt label list models/model.pkl
        mlt label retract consent:2024 -m 'subject 17 withdrew'
      """,
    subcommands: [Add.self, Remove.self, List.self, Show.self, Retract.self, Reinstate.self],
    defaultSubcommand: List.self)

  /// Which label, and what it is put on or taken from.
  struct Subject: ParsableArguments {
    @Argument(help: "Name of the label")
    var label: String

    @Argument(help: "Paths, PATH@RUN, run ids, content ids or URIs", completion: .file())
    var pointers: [String]

    @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
    var why: String?
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: "Put a label on files, folders or runs",
      discussion: """
        The label stands on the content, wherever that is, and on no other version. A folder stands for the files in it, \
        a run for all its outputs. With --path it stands on whatever is at the path or below it, now and later.

          mlt label add source:vendor-x data/vendor --path
        """)

    @OptionGroup var subject: Subject

    @Flag(name: .long, help: "Label whatever is at the path or below it, now and later")
    var path = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let report = try workspace.addLabel(subject.label, to: subject.pointers, byPath: path, why: subject.why)
      try LabelCommand.show(report, "labelled", "carries '\(subject.label)' already", session, workspace)
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Take a label from where it stands",
      discussion: "What was said before stays in 'mlt show --history'. Use --path for a label that was put on a path.")

    @OptionGroup var subject: Subject

    @Flag(name: .long, help: "Take it from the path itself, whatever is there")
    var path = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let report = try workspace.removeLabel(subject.label, from: subject.pointers, byPath: path, why: subject.why)
      try LabelCommand.show(report, "unlabelled", "doesn't carry '\(subject.label)' itself", session, workspace)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List all labels, or those that something carries",
      discussion: "Of a path, run or content all labels that flow to it are listed, with where each stands.")

    @Argument(help: "Path, PATH@RUN, run id, content id or URI", completion: .file())
    var pointer: String?

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      guard let pointer else {
        let labels = try workspace.labels()
        if json {
          return try session.show(
            json: ["format": 1, "labels": .array(labels.map { .object(LabelRendering.json($0)) })], of: workspace)
        }
        return try session.show(
          LabelRendering.text(labels, terminal: session.terminal), of: workspace, paged: true)
      }
      let findings = try workspace.labels(of: pointer)
      if json {
        return try session.show(
          json: ["format": 1, "labels": .array(findings.map(LabelRendering.json))], of: workspace)
      }
      try session.show(LabelRendering.text(findings), of: workspace)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show where a label stands, and everything that was made of that",
      discussion: "With --remotes it is also found out which remotes have the bytes, which takes asking them.")

    @Argument(help: "Name of the label")
    var label: String

    @Flag(name: .long, help: "Ask the remotes what they have of it")
    var remotes = false

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      try LabelCommand.show(try workspace.derivation(of: label, asksRemotes: remotes), json, session, workspace)
    }
  }

  struct Reinstate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reinstate", abstract: "Let what carries a retracted label be used again",
      discussion: """
        Bytes that were purged don't come back by that; they may be taken in again from wherever they still are.
        """)

    @Argument(help: "Name of the label")
    var label: String

    @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
    var why: String?

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      if try workspace.reinstate(label, why: why) {
        try session.show("reinstated  \(label)\n", of: workspace)
      } else {
        session.tell(workspace)
        Output.say("mlt: label '\(label)' isn't retracted")
      }
    }
  }

  fileprivate static func show(
    _ report: LabelReport, _ done: String, _ unchanged: String, _ session: Session, _ workspace: Workspace
  ) throws {
    let rows = report.changed.map { [done, $0.content?.short ?? "", $0.path] }
    try session.show(Formatting.table(rows).map { $0 + "\n" }.joined(), of: workspace)
    for artifact in report.unchanged { Output.say("mlt: '\(artifact.path)' \(unchanged)") }
  }

  fileprivate static func show(
    _ derivation: LabelDerivation, _ asJSON: Bool, _ session: Session, _ workspace: Workspace
  ) throws {
    if asJSON { return try session.show(json: LabelRendering.json(derivation), of: workspace) }
    try session.show(
      LabelRendering.text(derivation, terminal: session.terminal), of: workspace, paged: true)
  }
}

extension LabelCommand {
  struct Retract: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "retract", abstract: "Keep what carries a label from being used, and delete it with --purge",
      discussion: """
        From now on 'mlt run', 'mlt repro' and 'mlt rerun' refuse, before they start, what would read anything that \
        carries the label; other clones do as well once they have pulled. Everything that was made of it is listed, \
        with the places that have the bytes.

        --purge deletes those bytes: from the store, from every remote, and from the work tree, for which it asks \
        (--force doesn't). What runs read and wrote, when and how, stays known; 'mlt checkout', 'mlt cat' and 'mlt fsck' \
        say 'purged', and no pull brings the bytes back. Bytes that are also part of other files stay with those. What git \
        has, only rewriting its history takes away. It can be repeated, after a remote couldn't be reached, say. Push \
        afterwards, so that other clones learn of it; theirs is deleted by their own --purge or 'mlt gc'.

        Exit status 1 says that not all is gone.

          mlt label retract consent:2024 -m 'subject 17 withdrew' --purge --dry-run
        """)

    @Argument(help: "Name of the label")
    var label: String

    @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
    var why: String?

    @Flag(name: .long, help: "Delete the bytes of all that carries the label")
    var purge = false

    @Flag(name: .long, help: "Remove files from the work tree without asking")
    var force = false

    @Flag(name: .customLong("dry-run"), help: "Say only what would be done")
    var dryRun = false

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func validate() throws {
      if force, !purge { throw ValidationError("option '--force' goes with '--purge'") }
    }

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      if !dryRun { try workspace.retract(label, why: why) }
      guard purge else {
        let derivation = try session.watching("asking remotes", total: nil, workspace) {
          try workspace.derivation(of: label, asksRemotes: true)
        }
        return try LabelCommand.show(derivation, json, session, workspace)
      }
      var request = PurgeRequest(label)
      request.isDryRun = dryRun
      let force = force
      request.removesFiles = { force || Self.isAllowed($0) }
      let report = try session.watching("purging") { progress in
        try workspace.purge(request, progress: progress)
      }
      if json {
        try session.show(json: PurgeRendering.json(report, isDryRun: dryRun), of: workspace)
      } else {
        try session.show(
          PurgeRendering.text(report, isDryRun: dryRun, terminal: session.terminal), of: workspace)
      }
      if dryRun { return }
      for line in PurgeRendering.remarks(on: report) { Output.say(line) }
      if !report.isComplete { throw ExitCode(FailureReport.Status.failed.rawValue) }
    }

    // Nobody is there to be asked unless both ends of the conversation are a terminal.
    private static func isAllowed(_ paths: [WorkPath]) -> Bool {
      guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return false }
      for path in paths.prefix(20) { Output.say("  \(path.text)") }
      if paths.count > 20 { Output.say("  and \(paths.count - 20) more") }
      Output.say("remove \(Formatting.count(paths.count, "file")) from the work tree? [y/N]")
      return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }
  }
}

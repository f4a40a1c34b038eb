internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import ObjectStorage

struct GcCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Remove bytes that nobody refers to, and merge small packs",
    discussion: """
      Kept is what recorded runs read or wrote, what 'mlt.lock' names in any work tree and in every commit that git \
      keeps (branches, tags, stash entries and all before them), and what was stored in the last two hours \
      ('gc.grace'). Facts are never removed: 'mlt log' and 'mlt trace' go on telling of runs whose bytes are gone. \
      Other commands may go on meanwhile.

        mlt gc --dry-run
        mlt gc --keep-last 5                keep bytes for the last five runs of each component
        mlt gc --older-than 90d             drop the bytes of runs that started before
        mlt gc --keep-last 5 --older-than 90d   drop what is neither

      What a lock file names stays in any case. With 'store.minCopies' set, what fewer remotes have stays, too.

        mlt gc --drop data/raw models/old.pkl   remove bytes here that a remote has; 'mlt cat', 'mlt checkout' and 'mlt pull' \
      get them back

        mlt gc --remote                     merge what is small in the default remote, or in one that is named
        mlt gc --remote --unreferenced      and drop what neither its facts nor lock files name

      In a remote what was replaced can be read for two more weeks, or as long as --grace says, which has to be longer than the \
      longest push: then the same command deletes it, if it is still so. Of lock files only those in this clone's commits \
      are known, so run 'git fetch' before --unreferenced. Who pushes sends what is missing again.
      """)

  @Flag(name: .long, help: "Collect in a remote, not here")
  var remote = false

  @Argument(help: "With --remote: which one (default: the only one, 'origin', or 'mlt remote default')")
  var name: String?

  @Flag(name: .long, help: "With --remote: drop what nothing refers to")
  var unreferenced = false

  @Flag(name: [.customShort("n"), .long], help: "Only say what would be removed")
  var dryRun = false

  @Option(
    name: .long, help: ArgumentHelp("Keep the bytes of this many runs of each component, the newest", valueName: "n"))
  var keepLast: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Drop the bytes of runs that started before: a date, '90d', '12h'", valueName: "when"))
  var olderThan: TimeArgument?

  @Flag(name: .long, help: "Of lock files in commits, count only the newest of each branch, tag and stash entry")
  var tipsOnly = false

  @Option(name: .long, help: ArgumentHelp("Seconds for which nothing that was stored is removed", valueName: "s"))
  var grace: Int64?

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Drop what these paths, runs or contents name, if enough remotes have it", valueName: "pointer"),
    completion: .file())
  var drop: [String] = []

  @Flag(name: .long, help: "Remove even what no other store has")
  var force = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if let keepLast, keepLast < 0 { throw ValidationError("--keep-last takes a number from 0 up") }
    if let grace, grace < 0 { throw ValidationError("--grace takes a number from 0 up") }
    if remote {
      if keepLast != nil || olderThan != nil || tipsOnly || !drop.isEmpty || force {
        throw ValidationError("--keep-last, --older-than, --tips-only, --drop and --force are not for remotes")
      }
    } else if let name {
      throw ValidationError("'\(name)': only --remote takes a name")
    } else if unreferenced {
      throw ValidationError("--unreferenced is for --remote")
    }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    if remote { return try collectRemote(session, workspace) }
    var request = CollectRequest()
    request.isDryRun = dryRun
    request.latestRuns = keepLast
    request.since = olderThan?.moment(now: session.context.clock.now())
    request.onlyTips = tipsOnly
    request.grace = grace
    request.dropped = drop
    request.isForced = force
    let outcome = try session.watching("collecting") { progress in
      try workspace.collect(request, progress: progress)
    }
    let report = outcome.report
    if json {
      try session.show(json: MaintenanceRendering.json(outcome, isDryRun: dryRun), of: workspace)
    } else {
      try session.show(MaintenanceRendering.text(outcome, isDryRun: dryRun), of: workspace)
    }
    if report.wasHinderedByDamage {
      Output.say("error: nothing was removed, since what is damaged may hide what is still wanted")
      Output.say("hint: run 'mlt fsck --repair' first")
      throw ExitCode(FailureReport.Status.corrupt.rawValue)
    }
  }

  private func collectRemote(_ session: Session, _ workspace: Workspace) throws {
    var request = RemoteCollectRequest()
    request.remote = name
    request.dropsUnreferenced = unreferenced
    request.grace = grace
    request.isDryRun = dryRun
    let outcome = try session.watching("collecting", total: nil, workspace) { try workspace.collectRemote(request) }
    if json {
      try session.show(json: SharingRendering.json(outcome, isDryRun: dryRun), of: workspace)
    } else {
      try session.show(SharingRendering.text(outcome, isDryRun: dryRun), of: workspace)
    }
    try SharingRendering.sayProblems(of: outcome)
  }
}

internal import ArgumentParser
internal import DVCProjects
internal import Journaling
internal import Lineage
internal import MLTBase

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take over what another tool keeps",
    subcommands: [DVC.self, MLflow.self, Mltrace.self]
  )

  struct DVC: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "dvc",
      abstract: "Take over the data of a DVC project, checked against its MD5s",
      discussion: """
        Reads the project's '.dvc' files, 'dvc.lock' and cache. Each output that DVC keeps gets a line in 'mlt.lock', \
        and its bytes are stored: from DVC's cache, else from the work tree, if their MD5 is the one that DVC noted. \
        Nothing of the DVC project is changed, so that both tools can be used side by side.

        An output whose bytes are in neither place is noted as absent. Get them with 'dvc pull' and run this again. \
        Running it twice changes nothing. Where 'mlt.lock' has other content for a path, that stays, unless forced.

          mlt import dvc --dry-run
          mlt import dvc
          mlt import dvc projects/churn

        Exit status: 0 if everything was taken or noted, 1 if something couldn't be read or was damaged, 4 if \
        'mlt.lock' has other content for a path.
        """)

    @Argument(help: "Folder in the DVC project (default: the current one)", completion: .directory)
    var path: String?

    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only show what would be done")
    var isTrial = false

    @Flag(name: [.short, .long], help: "Replace what 'mlt.lock' says otherwise")
    var force = false

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let request = DVCImportRequest(folder: path, isForced: force, isTrial: isTrial)
      let report = try session.watching("storing", total: nil, workspace) { try workspace.importDVC(request) }
      if json {
        try session.show(json: DVCImportRendering.json(report), of: workspace)
      } else {
        try session.show(DVCImportRendering.text(report), of: workspace)
        for problem in report.problems { Output.say("error: \(problem)") }
        for hint in DVCImportRendering.hints(report) { Output.say("hint: \(hint)") }
      }
      if report.hasConflicts { throw ExitCode(FailureReport.Status.conflict.rawValue) }
      if !report.problems.isEmpty { throw ExitCode(FailureReport.Status.failed.rawValue) }
    }
  }
}

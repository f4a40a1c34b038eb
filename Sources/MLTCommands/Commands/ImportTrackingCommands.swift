internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import TrackingStores

extension ImportCommand {
  struct MLflow: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "mlflow",
      abstract: "Take over the runs and models that MLflow has tracked",
      discussion: """
        Reads MLflow's file store ('mlruns') or its SQLite database, of MLflow 2 and 3: experiments, runs with their \
        parameters, whole metric histories, tags, notes and datasets, logged models, and registered models with versions, \
        stages and aliases. Artifacts are stored, and listed as outputs at 'mlruns/EXPERIMENT/RUN/artifacts/…'. A run keeps its id.

        Nothing of the store is changed. Running it twice adds only what is new, and an import that was interrupted can \
        be repeated.

        Artifacts are read from the store's folder and the work tree; others only from the folder that '--artifacts' \
        names. What lies on other machines is noted by its URI. Without STORE, 'mlflow.db' or 'mlruns' in this folder is read.

          mlt import mlflow
          mlt import mlflow ~/old/mlruns --experiment wine
          mlt import mlflow sqlite:///mlflow.db --artifacts mlartifacts

        Exit status: 0 if everything was taken or noted, 1 if something couldn't be understood, or artifacts of this \
        machine weren't read (not with '--no-artifacts').
        """)

    @Argument(help: "Folder 'mlruns', database file, or 'sqlite:///FILE'", completion: .file())
    var store: String?

    @Option(
      name: .long,
      help: ArgumentHelp("Take only this experiment, and no registered models (can be repeated)", valueName: "name"))
    var experiment: [String] = []

    @Option(name: .long, help: ArgumentHelp("Folder that artifacts may be read from as well", valueName: "dir"))
    var artifacts: String?

    @Flag(name: .long, help: "Leave the bytes of artifacts where they are")
    var noArtifacts = false

    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only show what would be done")
    var isTrial = false

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      var request = MLflowImportRequest()
      request.store = store
      request.experiments = experiment
      request.artifactFolder = artifacts
      request.takesArtifacts = !noArtifacts
      request.isTrial = isTrial
      let report = try session.watching("storing", total: nil, workspace) { try workspace.importMLflow(request) }
      try ImportCommand.show(report, json: json, session, workspace)
    }
  }

  struct Mltrace: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "mltrace",
      abstract: "Take over the component runs that mltrace has logged",
      discussion: """
        Reads an SQLite database with mltrace's tables, or the dump of its Postgres database as 'pg_dump' writes it in plain \
        text: components, their runs with inputs, outputs, notes, commits and code, flags and labels. mltrace knows \
        what runs touched by name alone, and so lineage goes by these names.

        Nothing of the database is changed. Running it twice adds only what is new.

          pg_dump --data-only sqlalchemy > mltrace.sql
          mlt import mltrace mltrace.sql

        Exit status: 0 if everything was taken, 1 if something couldn't be understood.
        """)

    @Argument(help: "Database file, or a dump", completion: .file())
    var store: String

    @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Only show what would be done")
    var isTrial = false

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let request = MltraceImportRequest(store: store, isTrial: isTrial)
      let report = try session.watching("storing", total: nil, workspace) { try workspace.importMltrace(request) }
      try ImportCommand.show(report, json: json, session, workspace)
    }
  }

  private static func show(
    _ report: TrackingImportReport, json: Bool, _ session: Session, _ workspace: Workspace
  ) throws {
    if json {
      try session.show(json: TrackingImportRendering.json(report), of: workspace)
    } else {
      try session.show(TrackingImportRendering.text(report), of: workspace)
      if let late = TrackingImportRendering.late(report) { Output.say("warning: \(late)") }
      for notice in report.notices { Output.say("warning: \(TrackingImportRendering.text(notice))") }
      for problem in report.problems { Output.say("error: \(TrackingImportRendering.text(problem))") }
      for hint in TrackingImportRendering.hints(report) { Output.say("hint: \(hint)") }
    }
    if !report.problems.isEmpty || report.isLacking { throw ExitCode(FailureReport.Status.failed.rawValue) }
  }
}

internal import ArgumentParser

/// The root of all commands.
struct MLT: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mlt",
    abstract: "Find out what made a file, from what, and whether it can be made again",
    discussion: """
      Put 'mlt run --' in front of a command, and mlt finds out by itself what the command read and wrote:

        mlt init
        mlt run -- python train.py
        mlt trace models/model.pkl

      A POINTER names something: a path, PATH@RUN for what a run read or wrote there, a run's id, a content id \
      (as sha256sum prints it), or models:/NAME@ALIAS for a version of a registered model. Ids may be cut to any unique beginning of at least 4 digits.

      'mlt --generate-completion-script bash' (or zsh, fish) prints a script for completion in the shell.

      'mlt -C FOLDER COMMAND' runs a command as if started in FOLDER. 'mlt help COMMAND' tells all about one.

      Exit status: 0 done, 1 failed or 'no', 2 usage, 3 not found, 4 conflict or ambiguous, 5 locked, 6 corrupt data, \
      70 a bug of mlt. 'mlt run' gives the command's own; 123 if a check failed, 125 if recording failed, 126 if \
      the command can't be executed, 127 if it isn't found, 128+n if signal n killed it.
      """,
    version: "mlt \(Version.text)",
    subcommands: [
      FinishRunCommand.self, RunStartCommand.self, RunEndCommand.self, MergeLocksCommand.self, ServeRemoteCommand.self,
      StageWorkerCommand.self,
    ],
    groupedSubcommands: [
      CommandGroup(
        name: "Record",
        subcommands: [
          InitCommand.self, RunCommand.self, AddCommand.self, ImportCommand.self, MoveCommand.self,
          RemoveCommand.self, RecordCommand.self,
        ]),
      CommandGroup(name: "Make", subcommands: [ReproCommand.self, StageCommand.self, RerunCommand.self]),
      CommandGroup(
        name: "Look",
        subcommands: [
          StatusCommand.self, DiffCommand.self, LogCommand.self, RunsCommand.self, CompareCommand.self,
          PlotCommand.self, ShowCommand.self, TraceCommand.self,
          BisectCommand.self, VerifyCommand.self,
        ]),
      CommandGroup(name: "Find the cause", subcommands: [WhyCommand.self, ReviewCommand.self]),
      CommandGroup(
        name: "Say",
        subcommands: [
          ParamCommand.self, MetricCommand.self, ArtifactCommand.self, TagCommand.self, NoteCommand.self,
          FlagCommand.self, UnflagCommand.self, LabelCommand.self,
        ]),
      CommandGroup(name: "Choose", subcommands: [ModelCommand.self]),
      CommandGroup(name: "Get back", subcommands: [CatCommand.self, CheckoutCommand.self, EnvCommand.self]),
      CommandGroup(
        name: "Share",
        subcommands: [
          RemoteCommand.self, PushCommand.self, PullCommand.self, FetchCommand.self, WhereisCommand.self,
          ExportCommand.self,
        ]),
      CommandGroup(
        name: "Keep in order",
        subcommands: [DuCommand.self, GcCommand.self, FsckCommand.self, ReindexCommand.self]),
      CommandGroup(
        name: "Settings", subcommands: [ComponentCommand.self, ConfigCommand.self, HookCommand.self]),
    ]
  )

  static var allCommands: [any ParsableCommand.Type] {
    configuration.ungroupedSubcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
  }
}

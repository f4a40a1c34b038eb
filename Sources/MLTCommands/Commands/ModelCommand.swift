internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Register models, put versions into stages, and find out what was in production when and why",
    discussion: """
      A model has a name and versions 1, 2, 3…, each of which is a file or folder with exactly this content, tied to the run \
      that made it. Versions are in a stage (None, Staging, Production, Archived) and may have aliases. Every change is \
      written down with who, when and why, and goes along with 'mlt push' and 'mlt pull'.

        mlt model register wine models/wine.pkl -m 'more trees'
        mlt model promote wine/3 -m 'approved by the board'
        mlt model rollback wine -m 'bad on Mondays'
        mlt model history wine --at 2026-03-14

      A VERSION is NAME/3, NAME@ALIAS, NAME/Production or NAME/latest; other commands take it with 'models:/' before it:

        mlt cat models:/wine@champion
        mlt checkout models:/wine/Production
        mlt trace models:/wine/3
      """,
    subcommands: [List.self, Create.self, Register.self, Show.self, History.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Put in and out of use",
        subcommands: [
          ModelPromoteCommand.self, ModelRollbackCommand.self, ModelStageCommand.self, ModelArchiveCommand.self,
          ModelAliasCommand.self,
        ]),
      CommandGroup(name: "Review", subcommands: [ModelReviewCommand.self, ModelCardCommand.self]),
      CommandGroup(
        name: "Say and take away",
        subcommands: [
          ModelDescribeCommand.self, ModelTagCommand.self, ModelDeleteCommand.self, ModelRestoreCommand.self,
        ]),
    ],
    defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List models with what is in production")

    @Flag(name: .long, help: "List deleted models, too")
    var deleted = false

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let models = try workspace.models(includesDeleted: deleted)
      if json {
        return try session.show(
          json: ["format": 1, "models": .array(models.map { .object(ModelRendering.json($0)) })], of: workspace)
      }
      try session.show(ModelRendering.text(models, terminal: session.terminal), of: workspace, paged: true)
    }
  }

  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make a model that has no versions yet",
      discussion: "'mlt model register' makes a model as well, so that this is only needed to describe one before.")

    @Argument(help: "Name of the model")
    var name: String

    @Option(name: [.customShort("d"), .long], help: "What it is for, in Markdown")
    var description: String?

    @Option(name: .long, help: ArgumentHelp("Tag (can be repeated)", valueName: "key=value"))
    var tag: [String] = []

    @OptionGroup var reason: ModelReason

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let tags = try PairArguments.parse(tag, option: "--tag", needsValue: false)
      let model = try workspace.createModel(name, summary: description, tags: tags, why: reason.why)
      try session.show("created  \(model.name)\n", of: workspace)
    }
  }

  struct Register: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "register", abstract: "Make a file or folder a version of a model",
      discussion: """
        The run that made it is found by lineage. A run may stand for the only thing that it made. The bytes are stored, kept \
        by 'mlt gc' and sent by 'mlt push' for as long as the version isn't deleted. A content that is a version of the model \
        already stays that version; one whose version was deleted needs --again.

          mlt model register wine models/wine.pkl
          mlt model register wine models/wine.pkl@3f2a --tag version=1.2
        """)

    @Argument(help: "Name of the model")
    var name: String

    @Argument(help: "Path, PATH@RUN, run id or content id", completion: .file())
    var pointer: String

    @Option(name: .customLong("run"), help: "Run that made it (default: found by lineage)")
    var runPointer: String?

    @Option(name: [.customShort("d"), .long], help: "What is to be said of the version, in Markdown")
    var description: String?

    @Option(name: .long, help: ArgumentHelp("Tag of the version (can be repeated)", valueName: "key=value"))
    var tag: [String] = []

    @Flag(name: .long, help: "Make another version of a content that is one already")
    var again = false

    @OptionGroup var reason: ModelReason

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      var request = RegistrationRequest(name, pointer)
      request.run = runPointer
      request.summary = description
      request.tags = try PairArguments.parse(tag, option: "--tag", needsValue: false)
      request.isRepeated = again
      request.why = reason.why
      let registration = try session.watching("storing", total: nil, workspace) { try workspace.register(request) }
      let named = registration.named
      if json {
        return try session.show(
          json: [
            "format": 1, "isNew": .bool(registration.isNew), "name": .string(named.model.name),
            "version": .object(ModelRendering.json(named.version, of: named.model)),
          ], of: workspace)
      }
      guard registration.isNew else {
        session.tell(workspace)
        return Output.say("mlt: '\(pointer)' is \(named.model.name) version \(named.version.label) already")
      }
      try session.show(ModelRendering.registered(named, terminal: session.terminal), of: workspace)
      if named.version.run == nil { Output.say("mlt: no run is known that made it") }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a model with its versions, or one version with what it was made from")

    @Argument(help: "NAME or VERSION")
    var model: String

    @Flag(name: .long, help: "Show deleted versions, too")
    var deleted = false

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      guard let reference = ModelReference(model) else { throw ModelError.malformedReference(model) }
      if reference.choice == nil {
        let model = try workspace.model(reference.name)
        if json {
          return try session.show(
            json: ["format": 1, "model": .object(ModelRendering.json(model, includesDeleted: deleted))], of: workspace)
        }
        return try session.show(
          ModelRendering.text(model, includesDeleted: deleted, terminal: session.terminal), of: workspace, paged: true)
      }
      let details = try workspace.versionDetails(model, includesDeleted: deleted)
      if json { return try session.show(json: ModelRendering.json(details), of: workspace) }
      try session.show(ModelRendering.text(details, terminal: session.terminal), of: workspace, paged: true)
    }
  }

  struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "history", abstract: "Show what happened to a model, or what was in use at a moment",
      discussion: """
        With --at: which version was in which stage, and what every alias meant, down to the commit, the commands and the \
        data that the version was made from. All clones that know the same facts give the same answer.

          mlt model history wine
          mlt model history wine --at 2026-03-14
          mlt model history wine --at 'yesterday' --json
        """)

    @Argument(help: "Name of the model")
    var name: String

    @Option(name: .long, help: "Moment: 2026-03-14 (its end), '2026-03-14 09:00', yesterday, '3 days ago'")
    var at: String?

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      guard let at else {
        let model = try workspace.model(name)
        if json { return try session.show(json: ModelRendering.historyJSON(model), of: workspace) }
        return try session.show(
          ModelRendering.history(model, terminal: session.terminal), of: workspace, paged: true)
      }
      guard let text = MomentText(at) else {
        throw UsageError.malformedOption(
          "--at", value: at, expected: "a date, a date and time, or a length of time ago")
      }
      let moment = try workspace.modelMoment(name, at: text.end(now: session.context.clock.now()))
      if json { return try session.show(json: ModelRendering.json(moment), of: workspace) }
      try session.show(ModelRendering.text(moment, terminal: session.terminal), of: workspace, paged: true)
    }
  }
}

/// Why something is done with a model.
struct ModelReason: ParsableArguments {
  @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
  var why: String?
}

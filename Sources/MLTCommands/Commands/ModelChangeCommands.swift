internal import ArgumentParser
internal import Journaling
internal import Lineage

/// How changes of versions are told.
enum ModelChangeText {
  static func show(_ change: VersionChange, asJSON: Bool = false, _ session: Session, _ workspace: Workspace) throws {
    if asJSON { return try session.show(json: ModelRendering.json(change), of: workspace) }
    guard change.isChanged else {
      session.tell(workspace)
      return Output.say("mlt: \(change.after.title) is so already")
    }
    try session.show(ModelRendering.text(change), of: workspace)
  }

  /// Deletes a model or a version, or has it there again, and tells.
  static func setDeleted(_ model: String, _ isDeleted: Bool, why: String?) throws {
    let session = try Session()
    let workspace = try session.workspace()
    if try workspace.setDeleted(model, isDeleted, why: why) {
      return try session.show("\(isDeleted ? "deleted" : "restored")  \(model)\n", of: workspace)
    }
    session.tell(workspace)
    Output.say("mlt: \(model) \(isDeleted ? "is deleted already" : "isn't deleted")")
  }
}

/// A stage of versions, in letters of either case.
struct StageArgument: ExpressibleByArgument {
  /// The stage.
  let stage: ModelStage

  /// Takes a stage.
  init(_ stage: ModelStage) { self.stage = stage }

  init?(argument: String) {
    guard let stage = ModelStage(title: argument) else { return nil }
    self.stage = stage
  }

  static var allValueStrings: [String] { ModelStage.allCases.map(\.title) }
  var defaultValueDescription: String { stage.title }
}

/// A stage that versions are used in.
struct StageInUse: ParsableArguments {
  @Option(name: .long, help: "Stage")
  var stage = StageArgument(.production)

  func validate() throws {
    if !stage.stage.isInUse {
      throw ValidationError("option '--stage' takes Production or Staging")
    }
  }
}

struct ModelStageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stage", abstract: "Put a version into a stage",
    discussion: """
      What is in the stage stays there, as in MLflow, unless --archive-existing is given; 'mlt model promote' does that \
      by itself. For Production, policy may ask for reviews and more.

        mlt model stage wine/3 Staging
      """)

  @Argument(help: "VERSION")
  var version: String

  @Argument(help: "None, Staging, Production or Archived")
  var stage: StageArgument

  @Flag(name: .customLong("archive-existing"), help: "Archive what is in the stage")
  var archivesExisting = false

  @OptionGroup var reason: ModelReason

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let change = try workspace.setStage(version, stage.stage, displaces: archivesExisting, why: reason.why)
    try ModelChangeText.show(change, asJSON: json, session, workspace)
  }
}

struct ModelArchiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive", abstract: "Take a version out of use",
    discussion: "It stays registered, and its bytes are kept. 'mlt model rollback' may bring it back.")

  @Argument(help: "VERSION")
  var version: String

  @OptionGroup var reason: ModelReason

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    try ModelChangeText.show(
      try workspace.setStage(version, .archived, displaces: false, why: reason.why), session, workspace)
  }
}

struct ModelRollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Go back to the version that was in production before",
    discussion: """
      What is in the stage is archived. Done again, it goes back further. No review is asked for, since the version was \
      there before.

        mlt model rollback wine -m 'predicts nonsense for rosé'
        mlt model rollback wine --to 2
      """)

  @Argument(help: "Name of the model")
  var name: String

  @Option(name: .customLong("to"), help: "Version to go back to, which must have been in the stage")
  var label: String?

  @OptionGroup var goal: StageInUse

  @OptionGroup var reason: ModelReason

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let change = try workspace.rollback(name, to: label, stage: goal.stage.stage, why: reason.why)
    try ModelChangeText.show(change, asJSON: json, session, workspace)
  }
}

struct ModelAliasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alias", abstract: "Give a version a name of its own, which moves there from any other version",
    discussion: """
        mlt model alias wine/3 champion
        mlt model alias --remove wine@champion
      """)

  @Argument(help: "VERSION; with --remove NAME@ALIAS")
  var version: String

  @Argument(help: "Aliases: letters, digits, '-' and '_'")
  var aliases: [String] = []

  @Flag(name: .long, help: "Take the alias away")
  var remove = false

  @OptionGroup var reason: ModelReason

  func validate() throws {
    if remove, !aliases.isEmpty { throw ValidationError("with --remove, the alias is given as NAME@ALIAS") }
    if !remove, aliases.isEmpty { throw ValidationError("an alias is missing") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    guard remove else {
      return try ModelChangeText.show(
        try workspace.setAliases(aliases, to: version, why: reason.why), session, workspace)
    }
    guard let reference = ModelReference(version), case .alias(let alias) = reference.choice else {
      throw ModelError.malformedReference(version)
    }
    try ModelChangeText.show(
      try workspace.removeAlias(alias, of: reference.name, why: reason.why), session, workspace)
  }
}

struct ModelDescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Describe a model or a version, in place of what was said before")

  @Argument(help: "NAME or VERSION")
  var model: String

  @Argument(help: "Description in Markdown; empty for none")
  var text: String

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    try workspace.describeModel(model, text)
    try session.show("described  \(model)\n", of: workspace)
  }
}

struct ModelTagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag", abstract: "Set tags of a model or a version, or take tags away",
    discussion: """
      The tag 'version' of a version is the number by which environments allow it (see 'policy.prod').

        mlt model tag wine/3 version=1.2 team=cellar
        mlt model tag wine --remove team
      """)

  @Argument(help: "NAME or VERSION")
  var model: String

  @Argument(help: ArgumentHelp("Tags to set", valueName: "key=value"))
  var tags: [String] = []

  @Option(name: .long, help: "Tag to take away (can be repeated)")
  var remove: [String] = []

  @OptionGroup var reason: ModelReason

  func validate() throws {
    if tags.isEmpty, remove.isEmpty { throw ValidationError("a tag is missing") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let tags = try PairArguments.parse(tags, option: "tag", needsValue: false)
    try workspace.tagModel(model, tags, untagged: remove, why: reason.why)
    session.tell(workspace)
  }
}

struct ModelDeleteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete a version, or a model with all its versions",
    discussion: """
      A version leaves its stage and its aliases, and 'mlt gc' may take its bytes. What is known of it stays, its number is \
      given to no other one, and 'mlt model restore' has it there again.
      """)

  @Argument(help: "NAME or VERSION")
  var model: String

  @OptionGroup var reason: ModelReason

  func run() throws { try ModelChangeText.setDeleted(model, true, why: reason.why) }
}

struct ModelRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Have a deleted version or model there again, in no stage")

  @Argument(help: "NAME or VERSION")
  var model: String

  @OptionGroup var reason: ModelReason

  func run() throws { try ModelChangeText.setDeleted(model, false, why: reason.why) }
}

internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import LineageIndexing
internal import MLTBase

struct ComponentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "component",
    abstract: "List and describe components",
    discussion: "A component is a named step, such as 'train'. It exists from its first run or description on.",
    subcommands: [List.self, Show.self, Describe.self], defaultSubcommand: List.self)

  static func json(_ component: ComponentRecord) -> JSON {
    [
      "name": .string(component.name), "description": component.summary.map { .string($0) } ?? .null,
      "owner": component.owner.map { .string($0) } ?? .null,
      "tags": .array(component.tags.map { .string($0) }), "runs": .int(component.runCount),
      "checks": .object(component.checks.fields),
      "last": component.lastStarted.map { .string($0.description) } ?? .null,
    ]
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all components")

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let components = try workspace.components()
      if json {
        try session.show(
          json: ["format": 1, "components": .array(components.map(ComponentCommand.json))], of: workspace)
        return
      }
      let rows = components.map { component in
        [
          component.name, Formatting.count(Int(component.runCount), "run"),
          component.lastStarted.map { Formatting.time($0) } ?? "", component.owner ?? "", component.summary ?? "",
        ]
      }
      try session.show(Formatting.table(rows).map { $0 + "\n" }.joined(), of: workspace, paged: true)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one component")

    @Argument(help: "Name of the component")
    var name: String

    @Flag(name: .long, help: "Print JSON")
    var json = false

    @Flag(name: .long, help: "List all descriptions it ever had, by whom, when and why, the latest first")
    var history = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      if history {
        return try ChangeRendering.show(try workspace.history(ofComponent: name), asJSON: json, session, workspace)
      }
      let component = try workspace.component(name)
      if json {
        try session.show(json: ["format": 1, "component": ComponentCommand.json(component)], of: workspace)
        return
      }
      var rows = [["component", component.name]]
      if let summary = component.summary { rows.append(["description", summary]) }
      if let owner = component.owner { rows.append(["owner", owner]) }
      if !component.tags.isEmpty { rows.append(["tags", component.tags.joined(separator: ", ")]) }
      for command in component.checks.before { rows.append(["check before", Formatting.firstLine(command)]) }
      for command in component.checks.after { rows.append(["check after", Formatting.firstLine(command)]) }
      rows.append(["runs", String(component.runCount)])
      if let last = component.lastStarted { rows.append(["last run", Formatting.time(last)]) }
      try session.show(Formatting.table(rows).map { $0 + "\n" }.joined(), of: workspace)
    }
  }

  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "describe", abstract: "Say what a component does, who answers for it, and how it is tagged",
      discussion: """
        What isn't given stays as it was; the tags that are given replace the ones before, and so do the checks.

        Checks are shell commands that 'mlt run' makes before and after each run of the component, as with its own \
        --check-before and --check-after. Only those that were described in this clone are run, since descriptions come \
        from anybody who can push: --accept-checks takes over what came from elsewhere.

          mlt component describe train --check-after 'python checks/loss.py'
        """)

    @Argument(help: "Name of the component")
    var name: String

    @Option(name: [.customShort("d"), .long], help: "What it does")
    var description: String?

    @Option(name: .long, help: "Who answers for it")
    var owner: String?

    @Option(name: .customLong("tag"), help: "Tag (can be repeated)")
    var tags: [String] = []

    @Flag(name: .customLong("no-tags"), help: "Take all tags away")
    var clearsTags = false

    @Option(
      name: .customLong("check-before"),
      help: ArgumentHelp("Shell command that must succeed for a run to start (can be repeated)", valueName: "command"))
    var checksBefore: [String] = []

    @Option(
      name: .customLong("check-after"),
      help: ArgumentHelp(
        "Shell command that must succeed for what a run made to count as right (can be repeated)",
        valueName: "command"))
    var checksAfter: [String] = []

    @Flag(name: .customLong("no-checks"), help: "Take all checks away")
    var clearsChecks = false

    @Flag(name: .customLong("accept-checks"), help: "Make the checks here that were described elsewhere")
    var acceptsChecks = false

    @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
    var why: String?

    private var checks: ComponentChecks? {
      checksBefore.isEmpty && checksAfter.isEmpty && !clearsChecks
        ? nil : ComponentChecks(before: checksBefore, after: checksAfter)
    }

    func validate() throws {
      if description == nil, owner == nil, tags.isEmpty, !clearsTags, checks == nil, !acceptsChecks {
        throw ValidationError(
          "nothing to say; give --description, --owner, --tag, --no-tags, --check-before, --check-after or --no-checks")
      }
      if clearsChecks, !(checksBefore + checksAfter).isEmpty {
        throw ValidationError("--no-checks can't be given together with checks")
      }
      if acceptsChecks, checks != nil {
        throw ValidationError("--accept-checks can't be given together with checks or --no-checks")
      }
      if clearsTags, !tags.isEmpty { throw ValidationError("--tag and --no-tags can't be given together") }
    }

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      if acceptsChecks, try workspace.acceptChecks(of: name).isEmpty {
        Output.say("mlt: component '\(name)' has no checks")
      }
      if description != nil || owner != nil || !tags.isEmpty || clearsTags || checks != nil {
        try workspace.describe(
          ComponentDescribed(
            name: name, summary: description, owner: owner, tags: tags.isEmpty && !clearsTags ? nil : tags,
            checks: checks), why: why)
      }
      session.tell(workspace)
    }
  }
}

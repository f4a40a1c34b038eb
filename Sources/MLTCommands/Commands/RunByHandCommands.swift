internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase

/// `mlt run start`; hidden among the commands, for `run` takes any other word for a program.
struct RunStartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run start",
    abstract: "Start a run by hand, without a command",
    discussion: """
      For what 'mlt run' can't be put in front of: a notebook, a job on another machine. The run's id is printed; \
      it goes on until 'mlt run end'. Nothing is observed: 'mlt param', 'mlt metric' and 'mlt artifact' say what there is to say.

        export MLT_RUN=$(mlt run start -c train --experiment depth)
        mlt param depth=5
        mlt metric rmse=0.42
        mlt artifact model.pkl
        mlt run end

      An 'mlt run' meanwhile becomes a child run. A program called 'start' is run by 'mlt run -- start'.
      """, shouldDisplay: false)

  @Option(name: [.short, .long], help: "Name of the component")
  var component: String

  @OptionGroup var words: RunWords

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if component.isEmpty { throw ValidationError("option '--component' takes a name") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    var request = ManualRunRequest(component: component)
    request.name = words.name
    request.experiment = words.experiment
    request.parameters = try words.parsedParameters
    request.tags = try words.parsedTags
    request.note = words.note
    let run = try workspace.startRun(request)
    if json { return try session.show(json: ["format": 1, "run": .string(run.hex)], of: workspace) }
    try session.show(run.hex + "\n", of: workspace)
  }
}

/// `mlt run end`, likewise.
struct RunEndCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run end",
    abstract: "End a run that was started by hand",
    discussion: """
      What it said that it made is tracked in 'mlt.lock' if it ended well. A program called 'end' is run by 'mlt run -- end'.

        mlt run end
        mlt run end 3f2a --failed

      A command's run ends by itself. One that was lost with the machine, so that nobody saw its end, can be ended here with \
      --failed or --interrupted.
      """, shouldDisplay: false)

  @Argument(help: "The run (default: MLT_RUN)")
  var pointer: String?

  @Flag(name: .long, help: "It failed")
  var failed = false

  @Flag(name: .long, help: "Somebody broke it off")
  var interrupted = false

  @Flag(name: [.short, .long], help: "Don't print the line about what was recorded")
  var quiet = false

  func validate() throws {
    if failed, interrupted { throw ValidationError("only one of --failed and --interrupted can be given") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let run = try workspace.runSpeaking(pointer)
    let report = try workspace.endRun(run, failed ? .failed : interrupted ? .interrupted : .finished)
    session.tell(workspace)
    if !quiet { Output.say(RunText.recorded(report)) }
    workspace.tidy()
  }
}

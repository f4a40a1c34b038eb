internal import ArgumentParser
internal import Glibc
internal import Journaling
internal import Lineage
internal import MLTBase

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a command and record what it read and wrote",
    discussion: """
      Nothing needs declaring: the command's file accesses, and those of everything it starts, are followed. Outputs \
      are stored and tracked in 'mlt.lock'; inputs are recorded by content, code that differs from HEAD is stored. \
      The command keeps its terminal, signals, working directory and exit status.

        mlt run -- python train.py
        mlt run -c train -p depth=5 --tag nightly -- ./train.sh data/
        mlt run --sign -- python train.py
        mlt run -i s3://bucket/raw.parquet -- python download.py

      The component's name is the script's or program's ('python steps/train.py' is 'train') unless -c gives one. \
      An exit status of 125 says that mlt itself failed, 126 that the command can't be executed, 127 that it isn't found. \
      --sign signs the record with the SSH key that the setting 'sign.key' names; 'mlt verify' checks it. \
      Inside the command MLT_RUN holds the run's id; an 'mlt run' in it becomes a child run.
      """)

  @Option(name: [.short, .long], help: "Name of the component (default: the script's or program's own name)")
  var component: String?

  @Option(
    name: [.customShort("i"), .long],
    help: ArgumentHelp("Input that can't be observed: a path or URI (can be repeated)", valueName: "pointer"))
  var input: [String] = []

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Output that can't be observed: a path or URI (can be repeated)", valueName: "pointer"))
  var output: [String] = []

  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: ArgumentHelp("Parameter to record (can be repeated)", valueName: "key=value"))
  var parameters: [String] = []

  @Option(name: .customLong("tag"), help: ArgumentHelp("Tag to record (can be repeated)", valueName: "key[=value]"))
  var tags: [String] = []

  @Option(name: .long, help: "Note to record")
  var note: String?

  @Flag(name: .customLong("no-trace"), help: "Compare the work tree before and after instead of following accesses")
  var isUntraced = false

  @Flag(inversion: .prefixedNo, help: "Sign the record with the key of 'sign.key' (default: setting 'sign.runs')")
  var sign: Bool?

  @Flag(name: [.short, .long], help: "Don't print the line about what was recorded")
  var quiet = false

  @Argument(parsing: .captureForPassthrough, help: "Command and its arguments, best behind '--'", completion: .file())
  var command: [String] = []

  func validate() throws {
    if command.first == "--" ? command.count == 1 : command.isEmpty {
      throw ValidationError("no command given; put it behind '--', as in 'mlt run -- python train.py'")
    }
    // Everything behind the first argument that isn't an option of ours is the command's, so this parser never sees it.
    if let first = command.first, first.hasPrefix("-"), first != "--" {
      if ["-h", "--help"].contains(first) { throw CleanExit.helpRequest(self) }
      throw ValidationError("unknown option '\(first)'; put a command of that name behind '--'")
    }
    if component == "" { throw ValidationError("option '--component' takes a name") }
    _ = try pairs(parameters, option: "--param", needsValue: true)
    _ = try pairs(tags, option: "--tag", needsValue: false)
  }

  func run() throws {
    do {
      try record()
    } catch let error as ExitCode {
      throw error
    } catch {
      throw RunFailure(cause: error)
    }
  }

  private func record() throws {
    let session = try Session()
    let workspace = try session.workspace()
    // The parser holds text; the command is handed on as the bytes that were typed.
    let count = command.first == "--" ? command.count - 1 : command.count
    let request = RunRequest(
      arguments: CommandLineEntry.rawArguments().suffix(count), component: component, inputs: input, outputs: output,
      parameters: try pairs(parameters, option: "--param", needsValue: true),
      tags: try pairs(tags, option: "--tag", needsValue: false), note: note, isTraced: !isUntraced, isSigned: sign)
    var redirected = request
    redirected.redirectedInput = Session.file(of: STDIN_FILENO)
    redirected.redirectedOutput = Session.file(of: STDOUT_FILENO)
    let report = try workspace.run(redirected)
    session.tell(workspace)
    for hazard in report.hazards where hazard.kind != .notObserved { Output.say("warning: \(HazardText.of(hazard))") }
    if !quiet {
      Output.say(
        "mlt: recorded \(report.component) \(report.run.short): \(Formatting.count(report.inputs, "input")), "
          + "\(Formatting.count(report.outputs, "output")), \(Formatting.duration(report.wall))"
          + (report.status == .finished ? "" : ", \(report.status.rawValue) with exit status \(report.exit)"))
    }
    workspace.tidy()
    if report.exit != 0 { throw ExitCode(report.exit) }
  }

  private func pairs(_ arguments: [String], option: String, needsValue: Bool) throws -> [String: String] {
    var pairs: [String: String] = [:]
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let key = parts.first, !key.isEmpty, parts.count == 2 || !needsValue else {
        let expected = needsValue ? "key=value" : "key[=value]"
        throw ValidationError("option '\(option)' takes \(expected), not '\(argument)'")
      }
      guard pairs.updateValue(parts.count == 2 ? parts[1] : "", forKey: key) == nil else {
        throw ValidationError("option '\(option)' gives '\(key)' twice")
      }
    }
    return pairs
  }
}

/// A failure of `mlt run` itself, told from the command's own by its exit status.
struct RunFailure: Error {
  let cause: any Error
}

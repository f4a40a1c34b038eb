internal import ArgumentParser
internal import Glibc
internal import Journaling
internal import Lineage
internal import MLTBase
internal import PredictionLogs
internal import SystemPackage

struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Log predictions, so that a single one can be traced",
    discussion: """
      A prediction log is a file with a row for each prediction: when, for which key, by which model, from what, with \
      which answer. Once it is logged, 'mlt trace --key' finds a key's row, and tells the model's version, run, data \
      and code.

        mlt record log predictions/2026-11-20.csv
        mlt trace --key 4711
      """,
    subcommands: [Log.self, Add.self, List.self, Show.self])

  struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "log",
      abstract: "Log files of predictions",
      discussion: """
        Takes CSV and TSV with the columns' names in the first row, and JSON Lines; compressed with gzip, too. What the \
        columns are is found by their names: 'id' or 'key' for the key, 'time' or 'timestamp', 'model' or \
        'model_version', 'prediction', 'output' or 'score'. All others are what the model was given. Options say it \
        where that isn't so; in JSON Lines 'user.id' is the member 'id' of the object 'user'.

        Times are RFC 3339, dates with or without a time (in UTC where no zone is given), or seconds, milliseconds, \
        microseconds or nanoseconds since 1970.

        The predictions are those of the run that wrote the file, of the run given with --run, or of the run within \
        which this is called. Their model is the one that the row names (a content id, a run, a path, or the name in \
        a file name or in a tag 'version'), else the one that is given, else the one that the run has read.

        Rows that can't be used as they are stay in the log. They are counted, and the first of them are shown; with \
        --strict nothing is logged then.

          mlt record log predictions/*.csv
          mlt record log scores.jsonl --key user.id --time ts --model version --output score
          mlt record log scores.csv --model models/churn.pkl
          zcat old/*.csv.gz | mlt record log - --name old/2025.csv
        """)

    @Argument(help: "Files; '-' for standard input", completion: .file())
    var files: [String]

    @Option(name: .long, help: ArgumentHelp("Column of keys", valueName: "column"))
    var key: String?

    @Option(name: .long, help: ArgumentHelp("Column of times", valueName: "column"))
    var time: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Column that names the model, or a pointer to the model of all rows", valueName: "column|pointer"))
    var model: String?

    @Option(
      name: .customLong("model-version"),
      help: ArgumentHelp("What a name in the model's column means (can be repeated)", valueName: "name=pointer"))
    var versions: [String] = []

    @Option(
      name: .long, parsing: .upToNextOption,
      help: ArgumentHelp("Columns that the model was given (default: all others)", valueName: "column"))
    var inputs: [String] = []

    @Option(name: .long, help: ArgumentHelp("Column of answers (can be repeated)", valueName: "column"))
    var output: [String] = []

    @Option(name: .long, help: "Format: csv, tsv or jsonl (default: by name and content)")
    var format: String?

    @Option(name: .customLong("run"), help: ArgumentHelp("The run that made the predictions", valueName: "pointer"))
    var maker: String?

    @Option(name: .long, help: "What to call the log that comes from standard input, as a path (default: stdin)")
    var name: String?

    @Flag(name: .long, help: "Log nothing if something is wrong with a row")
    var strict = false

    @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
    var why: String?

    @Flag(name: .long, help: "Print JSON")
    var json = false

    private static let formats: [String: LogFormat] = [
      "csv": .table(delimiter: UInt8(ascii: ",")), "tsv": .table(delimiter: UInt8(ascii: "\t")), "jsonl": .jsonLines,
    ]

    func validate() throws {
      if let format, Self.formats[format] == nil { throw ValidationError("--format takes csv, tsv or jsonl") }
      if files.contains("-"), files.count > 1 { throw ValidationError("'-' can't be given with other files") }
      if name != nil, files != ["-"] { throw ValidationError("--name is for standard input, '-'") }
      for version in versions where !version.dropFirst().contains("=") {
        throw ValidationError("--model-version takes NAME=POINTER, not '\(version)'")
      }
    }

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      var request = PredictionRequest()
      request.columns.key = key
      request.columns.time = time
      request.columns.inputs = inputs
      request.columns.outputs = output
      request.format = format.flatMap { Self.formats[$0] }
      request.model = model
      request.namedModels = versions.map { version in
        let parts = version.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return PredictionRequest.NamedModel(name: parts[0], pointer: parts[1])
      }
      request.run = maker
      request.why = why
      request.isStrict = strict
      let logged = try session.watching("logging", total: nil, workspace) {
        let line = ProgressLine("reading", terminal: session.terminal)
        defer { line.end() }
        request.progress = { line.update(done: $0, total: $1) }
        if files == ["-"] {
          let stdin = FileDescriptor(rawValue: STDIN_FILENO)
          return [try workspace.logPredictions(from: stdin, named: name ?? "stdin", request)]
        }
        return try workspace.logPredictions(files, request)
      }
      if json {
        try session.show(json: PredictionRendering.json(logged), of: workspace)
      } else {
        try session.show(PredictionRendering.text(logged, terminal: session.terminal), of: workspace)
        for warning in PredictionRendering.warnings(logged) { Output.say(warning) }
      }
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add",
      abstract: "Log one prediction",
      discussion: """
        'key' must be given. 'time' (default: now), 'model' and 'output' mean what they say; all else is what the model was \
        given. The prediction stands in the journal itself, so that many are better logged as a file.

          mlt record add key=4711 model=models/churn.pkl output=0.83 age=31
        """)

    @Argument(help: ArgumentHelp("What the prediction says", valueName: "name=value"))
    var values: [String]

    @Option(
      name: .customLong("run"), help: ArgumentHelp("The run that made it (default: MLT_RUN)", valueName: "pointer"))
    var maker: String?

    @Option(name: .long, help: "What such predictions are called together")
    var name = Workspace.singlePredictionsName

    @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
    var why: String?

    func validate() throws {
      for value in values where !value.dropFirst().contains("=") {
        throw ValidationError("'\(value)' is not of the form NAME=VALUE")
      }
    }

    /// A name and what it is said to be; of what isn't text, and so comes quoted as a whole (``PathText``), both are quoted.
    private static func pair(_ argument: String) -> (name: String, value: String) {
      let bytes = argument.hasPrefix("\"") ? PathText.decode(argument) ?? Array(argument.utf8) : Array(argument.utf8)
      let parts = bytes.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let isText = String(validating: bytes, as: UTF8.self) != nil
      func text(_ part: ArraySlice<UInt8>) -> String {
        isText ? String(decoding: part, as: UTF8.self) : PathText.encode(part)
      }
      return (text(parts[0]), parts.count > 1 ? text(parts[1]) : "")
    }

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let pairs = values.map(Self.pair)
      let fact = try workspace.logPrediction(pairs, named: name, run: maker, why: why)
      let key = fact.records.first?.key ?? ""
      try session.show("logged  \(fact.name)  \(key)\n", of: workspace)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the logs of predictions",
      discussion: "Of a file that was logged in several versions, each is listed, the latest first.")

    @Argument(help: "Only logs of these names; folders and patterns such as 'predictions/2026-11-*'")
    var patterns: [String] = []

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let logs = try workspace.predictionLogs(patterns)
      if json {
        try session.show(
          json: ["format": 1, "logs": .array(logs.map { .object(PredictionRendering.json($0)) })], of: workspace)
      } else {
        try session.show(
          PredictionRendering.list(logs, terminal: session.terminal), of: workspace, paged: true)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show one log of predictions: how it is read, and its models and bad rows",
      discussion: "Of several versions of a file the one that was logged last is meant; a content id names any.")

    @Argument(help: "Name or content id of the log")
    var log: String

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let found = try workspace.predictionLog(log)
      if json {
        var fields = PredictionRendering.json(found)
        fields["models"] = .array(found.models.map { PredictionRendering.json($0.named, $0.found) })
        try session.show(json: ["format": 1, "log": .object(fields)], of: workspace)
      } else {
        try session.show(PredictionRendering.text(found, terminal: session.terminal), of: workspace)
      }
    }
  }
}

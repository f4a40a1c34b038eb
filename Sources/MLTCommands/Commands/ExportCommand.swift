internal import ArgumentParser
internal import Glibc
internal import Lineage
internal import MLTBase
internal import SystemPackage

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write runs in the forms that other tools read",
    discussion: """
      Of a run, that run; of a file, all runs that it came from; or all there are, with --all. Standard output gets it, \
      or with -o a file.

        mlt export openlineage --all --since 1d > events.jsonl
        mlt export prov models/model.pkl -o lineage.json
        mlt export ro-crate reports/fig1.png --with-data -o crate
        mlt export in-toto 3f2a -o model.intoto.jsonl

      Credentials aren't told, and neither are absolute paths of the machine: a file outside of the work tree is \
      'outside/DIGEST/NAME'.
      """,
    subcommands: [OpenLineage.self, Prov.self, Crate.self, InToto.self]
  )

  /// Which runs, and where to.
  struct Options: ParsableArguments {
    @Argument(help: "Runs, and files or contents whose lineage is meant", completion: .file())
    var pointers: [String] = []

    @Flag(name: .long, help: "All runs")
    var all = false

    @Flag(name: .long, help: "Of a run, also the runs behind it")
    var deep = false

    @Option(name: .long, help: "Only runs started since: a date, a date and time, '3d', '12h', 'yesterday'")
    var since: TimeArgument?

    @Option(
      name: .long,
      help: ArgumentHelp("What the project is called (default: setting 'export.namespace', or after the git remote)"))
    var namespace: String?

    @Flag(name: .customLong("absolute-paths"), help: "Tell absolute paths of the machine")
    var absolutePaths = false

    func validate() throws {
      if all != pointers.isEmpty {
        throw ValidationError(
          all ? "--all and names can't be given together" : "name runs or files to export, or give --all")
      }
    }

    func request(_ format: ExportRequest.Format, _ session: Session) -> ExportRequest {
      var request = ExportRequest(format)
      request.pointers = pointers
      request.isAll = all
      request.isDeep = deep
      request.since = since?.moment(now: session.context.clock.now())
      request.namespace = namespace
      request.tellsAbsolutePaths = absolutePaths
      return request
    }
  }

  /// Writes to standard output, or to what `-o` names.
  static func run(_ options: Options, _ format: ExportRequest.Format, to output: String?, inFolder: Bool = false) throws
  {
    let session = try Session()
    let workspace = try session.workspace()
    var destination = ExportDestination.stream { try Output.write($0, to: STDOUT_FILENO) }
    if let output, output != "-" {
      let path = session.context.directory.pushing(FilePath(output)).lexicallyNormalized()
      destination = inFolder ? .folder(path) : .file(path)
    }
    workspace.monitor.isCancelled = { Interruption.isAsked }
    let report = try session.watching("exporting") { progress in
      try session.telling(workspace) {
        try workspace.export(options.request(format, session), to: destination) { _, bytes in
          // Documents and progress on one terminal would be a muddle.
          if case .stream = destination { try Interruption.check() } else { try progress(bytes, 0) }
        }
      }
    }
    session.tell(workspace)
    for line in ExportRendering.remarks(on: report) { Output.say(line) }
  }

  struct OpenLineage: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "openlineage",
      abstract: "Write OpenLineage events, one JSON object a line",
      discussion: """
        A START event for each run, and a COMPLETE, FAIL or ABORT event for one that has ended, with what it read and \
        wrote. Files are named by their path, in the project's namespace; versions by content.

          mlt export openlineage --all --since 1h | while read -r event; do
            curl -H 'Content-Type: application/json' -d "$event" http://localhost:5000/api/v1/lineage; done
        """)

    @OptionGroup var options: Options

    @Flag(name: .long, help: "Tell the columns of stored CSV and TSV files, from their first line")
    var columns = false

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write", valueName: "file"), completion: .file())
    var output: String?

    func run() throws {
      try ExportCommand.run(options, .openLineage(columns: columns), to: output)
    }
  }

  struct Prov: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prov",
      abstract: "Write a W3C PROV document in JSON",
      discussion: """
        Runs are activities; each version of a file is an entity; commits are plans; people are agents. The Python package \
        'prov' turns it into PROV-N, XML, RDF or a picture:

          mlt export prov models/model.pkl -o lineage.json
          prov-convert -i json -f provn lineage.json lineage.provn
        """)

    @OptionGroup var options: Options

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write", valueName: "file"), completion: .file())
    var output: String?

    func run() throws {
      try ExportCommand.run(options, .prov, to: output)
    }
  }

  struct Crate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ro-crate",
      abstract: "Write an RO-Crate of runs and their files",
      discussion: """
        A Process Run Crate; a Workflow Run Crate where runs are of a pipeline's stages. Without -o, its metadata file \
        goes to standard output; with -o, a new folder is made with the metadata and, with --with-data, all bytes that \
        can be had. Files that aren't in the folder are named by their digest.

          mlt export ro-crate models/model.pkl --with-data -o crate --license https://spdx.org/licenses/CC-BY-4.0
          rocrate-validator validate crate
        """)

    @OptionGroup var options: Options

    @Flag(name: .customLong("with-data"), help: "Put the bytes of files and folders into the crate")
    var withData = false

    @Option(name: .long, help: "Name of the crate")
    var name: String?

    @Option(name: .customLong("license"), help: "Licence of the crate: a URL or a text")
    var licence: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder to make", valueName: "folder"), completion: .directory)
    var output: String?

    func validate() throws {
      if withData, output == nil || output == "-" { throw ValidationError("--with-data needs a folder: -o FOLDER") }
    }

    func run() throws {
      var crate = CrateOptions()
      crate.includesData = withData
      crate.name = name
      crate.licence = licence
      try ExportCommand.run(options, .crate(crate), to: output, inFolder: true)
    }
  }

  struct InToto: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "in-toto",
      abstract: "Write in-toto attestations of what made files, one JSON object a line",
      discussion: """
        A statement for each run that succeeded, with SLSA provenance (v1): what it wrote, with digests, and the command, \
        commit, inputs and packages that it came from. With --trace, what was seen of each run's accesses instead (the \
        runtime-trace predicate).

        Signed, as 'mlt run --sign' signs, each is in a DSSE envelope, whose signature 'ssh-keygen -Y verify -n mlt' checks. \
        Unsigned it stands for itself.
        """)

    @OptionGroup var options: Options

    @Flag(name: .long, help: "Say what was seen of accesses while runs went on")
    var trace = false

    @Flag(inversion: .prefixedNo, help: "Sign with the key of setting 'sign.key' (default: setting 'sign.runs')")
    var sign: Bool?

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write", valueName: "file"), completion: .file())
    var output: String?

    func run() throws {
      var attestation = AttestationOptions()
      attestation.isTrace = trace
      attestation.signs = sign
      try ExportCommand.run(options, .inToto(attestation), to: output)
    }
  }
}

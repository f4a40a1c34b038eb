internal import ArgumentParser
internal import Glibc
internal import Lineage
internal import MLTBase
internal import Pipelines
internal import SystemPackage

/// Runs the stages that another process names on standard input, one JSON line each, and tells it what became of them.
struct StageWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stage-worker", abstract: "Run stages for 'mlt repro -j'", shouldDisplay: false)

  @OptionGroup var options: StageOptions

  @Flag(name: .long) var quiet = false
  @Flag(name: .long) var verbose = false

  func run() throws {
    // The stages' commands have neither of these two.
    let requests = FileDescriptor(rawValue: fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3))
    let answers = FileDescriptor(rawValue: fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3))
    StageResult.hideInput()
    dup2(STDERR_FILENO, STDOUT_FILENO)
    let session = try Session()
    let workspace = try session.workspace()
    let project = try workspace.requireProject()
    let runner = try StageRunner(workspace, project, options.policy)
    var received: [UInt8] = []
    while let line = try Self.line(requests, &received) {
      guard let fields = (try? JSON(parsing: line))?.object, let file = fields["file"]?.string,
        let name = fields["name"]?.string, let stage = project.graph[StageID(file: file, name: name)]
      else { throw ValidationError("the stage that is asked for isn't in the pipeline") }
      let result = try session.telling(workspace) {
        try StageResult.bringingUpToDate(stage, by: runner, quiet: quiet, verbose: verbose)
      }
      try answers.writeAll(result.line)
    }
    try runner.finish()
    session.tell(workspace)
  }

  private static func line(_ requests: FileDescriptor, _ received: inout [UInt8]) throws -> [UInt8]? {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        defer { received.removeFirst(end + 1) }
        return Array(received[..<end])
      }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = buffer.withUnsafeMutableBytes { read(requests.rawValue, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      received += buffer.prefix(count)
    }
  }
}

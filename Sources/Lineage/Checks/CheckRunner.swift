internal import Journaling
internal import MLTBase
internal import SystemPackage

/// Makes checks, one after another, each with a shell of its own in the run's directory.
struct CheckRunner {
  let run: RunID
  let directory: FilePath
  /// The command's environment, as `NAME=value`.
  let environment: [[UInt8]]
  /// Where what checks print is kept while they go on.
  let temporaryFolder: FilePath
  let redaction: Redaction
  let onlyWarns: Bool
  /// Takes what a check printed, when it is done.
  let show: (@Sendable ([UInt8]) -> Void)?

  /// Says to a check whether it is made before or after the run.
  private static let phaseVariable = "MLT_CHECK"
  // Of more than this only the end is shown.
  private static let shownLimit: Int64 = 64 << 10

  /// Makes all checks, whatever comes of them.
  ///
  /// - Throws: `SystemCallError` if no shell can be started.
  func results(of checks: [RunCheck]) throws -> [RunChecked] {
    try checks.map { try result(of: $0) }
  }

  private func result(of check: RunCheck) throws -> RunChecked {
    let log = try self.log()
    defer { try? log.close() }  // it has no name, and goes with its descriptors
    var program = ChildProgram(
      ["/bin/sh", "-c", "cd -- \"$0\" || exit 126\n" + check.command, directory.string],
      environment: environment + [Array("\(Self.phaseVariable)=\(check.phase.rawValue)".utf8)])
    (program.input, program.output, program.error) = (.reading("/dev/null"), .descriptor(log), .descriptor(log))
    program.obeysSignals = true
    let start = Timestamp.now()
    let exit = try program.wait(for: try program.start())
    let wall = max(0, Timestamp.now().microseconds - start.microseconds)
    let printed = Self.end(of: log)
    if !printed.isEmpty { show?(printed) }
    return RunChecked(
      run: run, phase: check.phase, name: redaction.text(check.name), command: redaction.text(check.command),
      source: check.source, exit: Int64(exit), onlyWarns: onlyWarns, output: redaction.text(Self.text(printed)),
      wall: wall)
  }

  // Without a name from the beginning, so that nothing is left of it; a pipe would be held open by what the check leaves behind.
  private func log() throws -> FileDescriptor {
    try FileOperations.createFolder(temporaryFolder)
    let path = temporaryFolder.appending("check-" + Hex.encode(FileOperations.randomBytes(8)))
    let log = try attempting("create", path) {
      try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .append, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o600))
    }
    try FileOperations.remove(path)
    return log
  }

  private static func end(of log: FileDescriptor) -> [UInt8] {
    // What can't be read isn't shown: the check's verdict is its exit status.
    guard let size = (try? FileStatus(of: log, path: nil))?.size, size > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: Int(min(size, shownLimit)))
    let offset = size - Int64(buffer.count)
    let count = (try? buffer.withUnsafeMutableBytes { try log.read(fromAbsoluteOffset: offset, into: $0) }) ?? 0
    return Array(buffer.prefix(count))
  }

  // The last lines, as text.
  private static func text(_ printed: [UInt8]) -> String {
    var end = printed.suffix(RunChecked.outputLimit)
    if end.count < printed.count, let newline = end.firstIndex(of: UInt8(ascii: "\n")), newline + 1 < end.endIndex {
      end = end[(newline + 1)...]
    }
    return String(decoding: end, as: UTF8.self)
  }
}

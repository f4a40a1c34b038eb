// A front end for tests: runs a command and writes what it was told to a log, one line each.
//
//   tracing-test-driver LOG SPOOL SCOPE [--plain] [--refuse ERRNO] [--finisher PROGRAM] [--hold PIPE] [--hold-end PIPE] [--limit MS GRACE] [--quiet] -- COMMAND…
//
// With --quiet events are counted only, for measuring. With --hold each barrier is answered once the named pipe has been written and closed; with --hold-end the command's end is said to be recorded only then. The finisher is called with the spool's path. The scope variable is MLT_TEST_SCOPE, in and out. The exit status is the
// command's; 128 + n for a signal; 125 when it couldn't be run.

import FileTracing
import Glibc
import MLTBase
import SystemPackage

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

final class Log: AccessObserver {
  private let descriptor: FileDescriptor
  var hold: String?
  var isQuiet = false
  var count = 0

  init(_ path: String) throws {
    descriptor = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .append, .closeOnExec],
      permissions: FilePermissions(rawValue: 0o644))
  }

  func write(_ line: String) {
    _ = try? descriptor.writeAll(bytes(line + "\n"))
  }

  func started(pid: Int32) { write("started \(pid)") }

  func observe(_ event: AccessEvent) {
    count += 1
    if isQuiet { return }
    switch event.kind {
    case .read(let path): write("read \(PathText.encode(path))")
    case .missed(let path): write("missed \(PathText.encode(path))")
    case .write(let path, let flags): write("write \(PathText.encode(path)) \(flags.rawValue)")
    case .renamed(let from, let to, let exchanged):
      write("renamed \(PathText.encode(from)) \(PathText.encode(to)) \(exchanged)")
    case .linked(let from, let to): write("linked \(PathText.encode(from)) \(PathText.encode(to))")
    case .symlinked(let path, let target): write("symlinked \(PathText.encode(path)) \(PathText.encode(target))")
    case .removed(let path): write("removed \(PathText.encode(path))")
    case .removedFolder(let path): write("removedFolder \(PathText.encode(path))")
    case .createdFolder(let path): write("createdFolder \(PathText.encode(path))")
    case .truncated(let path): write("truncated \(PathText.encode(path))")
    case .executed(let path, let isPrivileged): write("executed \(PathText.encode(path)) \(isPrivileged)")
    case .preimage(let path, let id): write("preimage \(PathText.encode(path)) \(id.hex)")
    case .listed(let path): write("listed \(PathText.encode(path))")
    case .connected(let address): write("connected \(address)")
    case .elsewhere(let what): write("elsewhere \(what)")
    }
  }

  func beforeChange(_ barrier: Barrier) -> ContentID? {
    let held = FilePath(String(decoding: barrier.path, as: UTF8.self))
    let content = barrier.isSymbolicLink ? nil : try? FileOperations.contents(of: held)
    let inner = barrier.belongsToInnerScope ? " inner" : ""
    write("barrier \(barrier.kind) \(PathText.encode(barrier.path))\(inner)")
    if let hold { _ = try? FileOperations.contents(of: FilePath(hold)) }
    return content.map { ContentHasher.contentID(of: $0) }
  }
}

var arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count > 4, let separator = arguments.firstIndex(of: "--") else { exit(2) }
let command = arguments[(separator + 1)...].map(bytes)
let options = Array(arguments[3..<separator])
let log = try Log(arguments[0])
func value(_ option: String) -> String? {
  options.firstIndex(of: option).flatMap { $0 + 1 < options.count ? options[$0 + 1] : nil }
}
log.hold = value("--hold")
log.isQuiet = options.contains("--quiet")

var environment: [[UInt8]] = []
var next = environ
while let entry = next.pointee {
  environment.append(bytes(String(cString: entry)))
  next += 1
}
let variable = "MLT_TEST_SCOPE"
let outer = getenv(variable).map { String(cString: $0) }
var limit: TimeLimit?
if let place = options.firstIndex(of: "--limit"), place + 2 < options.count,
  let time = Int(options[place + 1]), let grace = Int(options[place + 2])
{
  limit = TimeLimit(.milliseconds(time), grace: .milliseconds(grace))
}
let request = CommandRequest(
  arguments: Array(command), environment: environment, spool: FilePath(arguments[1]), scopeName: arguments[2],
  outerScopeName: outer, scopeVariable: variable, mode: options.contains("--plain") ? .plain : .observe,
  finisher: value("--finisher").map { [bytes($0), bytes(arguments[1])] },
  timeLimit: limit, refuseTracing: value("--refuse").flatMap { Int32($0) }.map { Errno(rawValue: $0) })
do {
  var session = try CommandSession(request)
  let result = try session.run(log)
  if let hold = value("--hold-end") {
    log.write("ended")
    _ = try FileOperations.contents(of: FilePath(hold))
  }
  session.finish()
  log.write("observation \(result.observation)")
  log.write("events \(log.count)")
  log.write("survivors \(result.survivors)")
  log.write("outOfTime \(result.isOutOfTime)")
  log.write("dropped \(result.droppedEvents)")
  if let signal = result.interrupted { log.write("interrupted \(signal)") }
  switch result.termination {
  case .exited(let status):
    log.write("exited \(status)")
    exit(status)
  case .signaled(let signal, _):
    log.write("signaled \(signal)")
    exit(128 + signal)
  }
} catch {
  log.write("failed \(error)")
  exit(125)
}

internal import ArgumentParser
internal import GitAccess
internal import Glibc
internal import Lineage
internal import MLTBase
internal import Remotes
internal import SystemPackage

/// What git's hooks call, and whoever wants to know beforehand.
struct HookRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Do what a hook does",
    discussion: """
      'mlt hook run pre-commit' checks what is staged, and exits with 1 if the commit would be refused. The arguments are \
      those that git gives to the hook (githooks(5)); the pre-commit framework's variables are understood, too.
      """)

  @Argument(help: "Hook: \(Hook.allCases.map(\.rawValue).joined(separator: ", "))")
  var name: String

  @Argument(help: "What git gives to the hook")
  var arguments: [String] = []

  @Flag(name: .long, help: "Print JSON (pre-commit)")
  var json = false

  func validate() throws {
    guard Hook(rawValue: name) != nil else {
      let known = Hook.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("'\(name)' is no hook of mlt's; there are \(known)")
    }
  }

  func run() throws {
    guard let hook = Hook(rawValue: name) else { return }
    let session = try Session()
    let limit = Self.limit(session)
    if limit == .off { return }
    do {
      try run(hook, session, limit)
    } catch let error as ExitCode {
      throw error
    } catch WorkspaceError.notInitialized(let folder) {
      // Whoever doesn't use mlt isn't bothered; of a project that does, a new clone may not know yet.
      guard (try? FileStatus(at: session.context.directory.appending(LockFile.name))) != nil else { return }
      Output.say("warning: there is no .mlt for '\(folder.string)', so that mlt's \(name) hook does nothing")
      Output.say("hint: run 'mlt init'")
    } catch let error as GitError {
      // Whoever has such an index would have every commit refused, and nothing to be mended.
      if case .unsupportedIndex = error { return FailureReport(error).presentAsWarning() }
      try fail(hook, limit, error)
    } catch {
      try fail(hook, limit, error)
    }
  }

  /// Tells of a failure of mlt's own, and keeps git from going on where somebody relies on that.
  private func fail(_ hook: Hook, _ limit: HookLevel, _ error: any Error) throws {
    let report = FailureReport(error)
    guard hook.canBlock, limit == .block else { return report.presentAsWarning() }
    let status = report.present()
    Output.say("hint: with MLT_HOOK=off in the environment git goes on without mlt's \(name) hook")
    throw ExitCode(status)
  }

  private static func limit(_ session: Session) -> HookLevel {
    guard let word = session.context.environment["MLT_HOOK"], !word.isEmpty else { return .block }
    if let level = HookLevel(rawValue: word.lowercased()) { return level }
    Output.say("warning: MLT_HOOK is 'warn' or 'off', not '\(word)'")
    return .block
  }

  private func run(_ hook: Hook, _ session: Session, _ limit: HookLevel) throws {
    let workspace = try session.workspace()
    let environment = session.context.environment
    switch hook {
    case .preCommit, .preMergeCommit: try check(workspace, session, limit)
    case .prePush: try push(workspace, session, limit)
    case .postCheckout:
      // Of single files nothing follows.
      if (arguments.dropFirst(2).first ?? environment["PRE_COMMIT_CHECKOUT_TYPE"]) != "1" { return }
      guard let before = arguments.first ?? environment["PRE_COMMIT_FROM_REF"],
        let after = arguments.dropFirst().first ?? environment["PRE_COMMIT_TO_REF"]
      else { return }
      try follow((before: before, after: after), workspace, session)
    case .postMerge: try follow(nil, workspace, session)
    case .postRewrite:
      // An amended commit has what was there before.
      if (arguments.first ?? environment["PRE_COMMIT_REWRITE_COMMAND"]) == "rebase" {
        try follow(nil, workspace, session)
      }
    }
  }

  private func check(_ workspace: Workspace, _ session: Session, _ limit: HookLevel) throws {
    var request = CommitRequest()
    request.limit = limit
    request.indexFile = session.context.environment["GIT_INDEX_FILE"]
    // Where git itself merges, it names what it merges so until that is committed.
    request.mergedCommits = session.context.environment.keys.filter { $0.hasPrefix("GITHEAD_") }
      .map { String($0.dropFirst("GITHEAD_".count)) }.sorted()
    let report = try session.telling(workspace) { try workspace.checkCommit(request) }
    if json {
      try session.show(json: CommitRendering.json(report), of: workspace)
    } else {
      for line in CommitRendering.lines(report, in: workspace) { Output.say(line) }
      session.tell(workspace)
    }
    if report.isBlocked { throw ExitCode(1) }
  }

  private func push(_ workspace: Workspace, _ session: Session, _ limit: HookLevel) throws {
    let level = try workspace.pushLevel(atMost: limit)
    if level == .off { return }
    do {
      let outcome = try session.watching("sending", total: nil, workspace) {
        try workspace.sendPushed(
          references(session), gitRemote: arguments.first ?? session.context.environment["PRE_COMMIT_REMOTE_NAME"])
      }
      session.tell(workspace)
      guard let outcome else { return }
      let word = level == .block ? "error" : "warning"
      if outcome.report.events > 0 || outcome.report.objects > 0 {
        Output.say("mlt: " + SharingRendering.text(outcome, isDryRun: false).trimmingLineEnd)
      }
      for line in SharingRendering.remarks(on: outcome.purged, remote: outcome.remote) { Output.say(line) }
      for problem in outcome.report.problems { Output.say("\(word): \(problem)") }
      SharingRendering.sayCure(for: outcome.report.problems)
      for path in outcome.unsent { Output.say("\(word): the bytes of '\(path)' are neither here nor in the remote") }
      if outcome.unsent.isEmpty, outcome.report.problems.isEmpty { return }
      Output.say("hint: 'mlt add' stores what still exists; with MLT_HOOK=off git pushes without the data")
      if level == .block { throw ExitCode(1) }
    } catch let error as ExitCode {
      throw error
    } catch  where level == .warn {
      FailureReport(error).presentAsWarning()
    }
  }

  /// What is pushed, by git's lines or the pre-commit framework's variables.
  private func references(_ session: Session) -> [PushedReference] {
    // Where all of a history is pushed, the framework tells no commits.
    let framework = ["PRE_COMMIT_TO_REF", "PRE_COMMIT_LOCAL_BRANCH"].lazy.compactMap { session.context.environment[$0] }
    if let local = framework.first {
      return [PushedReference(local: local, remote: session.context.environment["PRE_COMMIT_FROM_REF"])]
    }
    if isatty(STDIN_FILENO) == 1 { return [] }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < 1 << 26,
      let count = try? buffer.withUnsafeMutableBytes({ try FileDescriptor.standardInput.read(into: $0) }),
      count > 0
    {
      bytes += buffer[..<count]
    }
    return PushedReference.references(in: String(decoding: bytes, as: UTF8.self))
  }

  private func follow(_ change: (before: String, after: String)?, _ workspace: Workspace, _ session: Session) throws {
    let followed = try session.watching("restoring", total: nil, workspace) { try workspace.follow(change) }
    session.tell(workspace)
    guard let followed else { return }
    for line in HookRendering.lines(followed) { Output.say(line) }
  }
}

extension String {
  fileprivate var trimmingLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}

internal import ArgumentParser
internal import Lineage
internal import SystemPackage

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make this folder's git repository keep its lineage in '.mlt'",
    discussion: """
      Makes '.mlt' at the root of the git work tree, or in the current folder where there is no git. Git doesn't see \
      '.mlt'; what belongs into commits is 'mlt.lock' and, if you like, '.mltconfig' and '.mltignore'. In \
      this clone git then merges 'mlt.lock' path by path ('.git/config', '.git/info/attributes'). Running it again \
      changes nothing.
      """)

  func run() throws {
    let session = try Session()
    let report = try Workspace.initialize(session.context)
    try session.show("\(report.existed ? "Already initialized" : "Initialized") \(report.folder.string)\n")
    if let failure = report.mergeDriverFailure {
      Output.say("warning: git can't be told how to merge 'mlt.lock': \(failure)")
    }
    if !report.hasGit {
      Output.say("hint: there is no git repository here; run 'git init' to have code versions recorded too")
    }
  }
}

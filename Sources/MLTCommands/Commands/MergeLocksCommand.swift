internal import ArgumentParser
internal import Lineage
internal import MLTBase
internal import SystemPackage

/// What git starts to merge `mlt.lock`; not for people.
struct MergeLocksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge-locks", abstract: "Merge three versions of 'mlt.lock', as git's merge driver",
    shouldDisplay: false)

  @Argument(help: "The version that both sides come from")
  var base: String

  @Argument(help: "Our version, which the result replaces")
  var ours: String

  @Argument(help: "The other version")
  var theirs: String

  func run() throws {
    let session = try Session()
    func path(_ text: String) -> FilePath { session.context.directory.pushing(FilePath(text)) }
    let conflicts = try Workspace.mergeLocks(
      base: path(base), ours: path(ours), theirs: path(theirs), session.context)
    if conflicts.isEmpty { return }
    for conflict in conflicts { Output.say("conflict: '\(conflict)' has two contents") }
    Output.say(
      "hint: leave one line of each in 'mlt.lock', 'git add mlt.lock', and get the data with 'mlt checkout'")
    throw ExitCode(1)
  }
}

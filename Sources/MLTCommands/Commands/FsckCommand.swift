internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct FsckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fsck",
    abstract: "Check every stored byte, the journal, the index and what refers to them",
    discussion: """
      Reads and verifies every object of every pack; follows the journal's chain; compares the index with the journal, \
      row by row; and looks whether what lock files and runs refer to is there. Says what is damaged, what depends on \
      it, and what the work tree still has.

      --repair saves what is sound in damaged packs (they stay in '.mlt/damaged'), stores again what still stands in \
      the work tree, and makes a wrong index anew. Nothing that is good is lost.

      Exit status: 0 if all is sound, 6 if something is damaged or lost.
      """)

  @Flag(name: .long, help: "Repair what can be")
  var repair = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let report = try session.watching("checking") { progress in
      try workspace.fsck(repairs: repair, progress: progress)
    }
    if json {
      try session.show(json: FsckRendering.json(report), of: workspace)
    } else {
      try session.show(FsckRendering.text(report, workspace), of: workspace)
    }
    if !report.isSound { throw ExitCode(FailureReport.Status.corrupt.rawValue) }
  }
}

internal import ArgumentParser
internal import Lineage
internal import SystemPackage

/// What ssh starts on the machine where a remote's folder is; not for people.
struct ServeRemoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve-remote", abstract: "Serve a remote's folder on stdin and stdout", shouldDisplay: false)

  @Argument(help: "The folder")
  var folder: String

  @Flag(name: .long, help: "Make the folder if it is missing")
  var create = false

  func run() throws {
    let session = try Session()
    try Workspace.serveRemote(session.context.directory.pushing(FilePath(folder)), isCreating: create)
  }
}

internal import ArgumentParser
internal import GitAccess
internal import Lineage
internal import MLTBase

struct RemoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remote",
    abstract: "Name the places that data and lineage are shared through",
    discussion: """
      A remote is a folder, on a share that everyone mounts or on a machine that everyone reaches by ssh. No server is \
      needed, and any number of machines push and pull at once.

        mlt remote add origin /mnt/share/project
        mlt remote add origin ssh://host/srv/project     needs mlt on 'host'
        mlt remote                                       list them

      Remotes are named in '.mltconfig', which is committed: who clones the repository has them. --local names one in \
      this clone alone. Where MLT_SSH is set, it names the program to be used for ssh.
      """,
    subcommands: [Add.self, List.self, Remove.self, Rename.self, SetURL.self, SetProgram.self, Default.self],
    defaultSubcommand: List.self)

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: "Name a remote, and make it where there is none")

    @Argument(help: "Name, such as 'origin'")
    var name: String

    @Argument(help: "Folder, 'ssh://[USER@]HOST[:PORT]/PATH' or '[USER@]HOST:PATH'", completion: .directory)
    var url: String

    @Flag(name: .long, help: "Name it in this clone alone, not in '.mltconfig'")
    var local = false

    @Option(name: .long, help: "The mlt to start at the other side of an ssh URL (default 'mlt'), for this clone alone")
    var program: String?

    @Flag(name: .long, help: "Don't reach for it now")
    var offline = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let remote = try workspace.addRemote(
        name, url: url, program: program, at: local ? .local : .shared, isCreating: !offline)
      try session.show("added  \(remote.name)  \(remote.url)\n", of: workspace)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List remotes")

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let remotes = workspace.remotes()
      let standard = try? workspace.defaultRemote()
      if json {
        let list = remotes.map { remote -> JSON in
          .object([
            "default": .bool(remote.name == standard), "level": .string("\(remote.level)"),
            "name": .string(remote.name), "url": .string(remote.url),
          ])
        }
        return try session.show(json: ["format": 1, "remotes": .array(list)], of: workspace)
      }
      let rows = remotes.map { [$0.name, $0.url, $0.name == standard ? "default" : "", "\($0.level)"] }
      try session.show(rows.isEmpty ? "" : Formatting.table(rows).joined(separator: "\n") + "\n", of: workspace)
      if remotes.isEmpty { Output.say("hint: run 'mlt remote add origin FOLDER' to name one") }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Forget a remote; what is in it stays", aliases: ["rm"])

    @Argument(help: "Name")
    var name: String

    func run() throws {
      let session = try Session()
      try session.workspace().removeRemote(name)
    }
  }

  struct Rename: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rename", abstract: "Give a remote another name")

    @Argument(help: "Name")
    var name: String

    @Argument(help: "New name")
    var new: String

    func run() throws {
      let session = try Session()
      try session.workspace().renameRemote(name, to: new)
    }
  }

  struct SetURL: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set-url", abstract: "Say anew where a remote is, and make it where there is none")

    @Argument(help: "Name")
    var name: String

    @Argument(help: "As for 'mlt remote add'", completion: .directory)
    var url: String

    @Flag(name: .long, help: "Don't reach for it now")
    var offline = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let remote = try workspace.setRemoteURL(name, to: url, isCreating: !offline)
      try session.show("changed  \(remote.name)  \(remote.url)\n", of: workspace)
    }
  }

  struct SetProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set-program", abstract: "Say which mlt to start at the other side of an ssh URL",
      discussion: "It is kept for this clone, or with --user for all clones that name the remote so, and never shared.")

    @Argument(help: "Name")
    var name: String

    @Argument(help: "Program, such as '/opt/mlt/bin/mlt'")
    var program: String

    @Flag(name: .long, help: "Keep it in the user's own settings")
    var user = false

    func run() throws {
      let session = try Session()
      try session.workspace().setRemoteProgram(name, to: program, at: user ? .user : .local)
    }
  }

  struct Default: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "default", abstract: "Say which of several remotes is meant where none is named")

    @Argument(help: "Name")
    var name: String

    @Flag(name: .long, help: "For this clone alone")
    var local = false

    func run() throws {
      let session = try Session()
      try session.workspace().setDefaultRemote(name, at: local ? .local : .shared)
    }
  }
}

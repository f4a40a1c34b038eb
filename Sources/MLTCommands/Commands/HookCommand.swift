internal import ArgumentParser
internal import Lineage
internal import SystemPackage

struct HookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hook",
    abstract: "Have git check commits, send what is pushed, and restore what is checked out",
    discussion: """
      'mlt hook install' puts small scripts into git's folder of hooks:

        pre-commit       refuses a commit that would leave outputs out of date, that names bytes which aren't stored, \
      or that puts data into git; so does pre-merge-commit
        pre-push         sends what the pushed commits' 'mlt.lock' names, and all facts
        post-checkout    restores what 'mlt.lock' now says; so do post-merge and post-rewrite

      A hook that is there already is kept, and called first; 'mlt hook uninstall' puts it back. What is checked is what \
      is staged, not what lies in the work tree.

        mlt hook install
        mlt hook run pre-commit           check now what is staged
        mlt config hook.stages warn       say it, and let the commit through (block, warn or off)
        MLT_HOOK=off git commit           this once

      The checks are 'hook.stages', 'hook.lock', 'hook.large' (files over 'hook.largeFile') and 'hook.missing'; 'hook.push' \
      and 'hook.restore' are about the other hooks.
      """,
    subcommands: [Install.self, Uninstall.self, Status.self, HookRunCommand.self], defaultSubcommand: Status.self)

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "install", abstract: "Put mlt's hooks into git's folder, beside those that are there")

    @Flag(name: [.short, .long], help: "Do so in a folder outside this repository, too, which others use")
    var force = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let report = try workspace.installHooks(isForced: force)
      try session.show(HookRendering.text(report, .install), of: workspace)
      if report.isHuskys {
        Output.say("warning: husky writes the hooks in this folder anew with each installation of packages")
        Output.say("hint: put 'mlt hook run pre-commit' into '.husky/pre-commit' instead, and so on for the others")
      }
    }
  }

  struct Uninstall: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "uninstall", abstract: "Remove mlt's hooks, and put those back that were there before")

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let report = try workspace.uninstallHooks()
      try session.show(HookRendering.text(report, .uninstall), of: workspace)
      for entry in report.entries {
        guard entry.state == .foreign, let kept = entry.kept else { continue }
        Output.say("warning: somebody replaced '\(entry.hook.rawValue)'; the hook before mlt's is '\(kept.string)'")
      }
    }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Say which hooks are installed")

    @Flag(name: .long, help: "Print JSON")
    var json = false

    func run() throws {
      let session = try Session()
      let workspace = try session.workspace()
      let report = try workspace.hooks()
      if json { return try session.show(json: HookRendering.json(report), of: workspace) }
      try session.show(HookRendering.text(report), of: workspace)
      if !report.entries.contains(where: { $0.state == .installed }) {
        Output.say("hint: run 'mlt hook install' to install them")
      }
    }
  }
}

internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct TagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "Tag a run or artifact, or show its tags",
    discussion: """
      A tag is a name, mostly with a value. Tags of a file hold for its content, not for what comes after it at its path.

        mlt tag 3f2a stage=prod reviewed
        mlt tag models/model.pkl stage- -m 'rolled back'
        mlt tag models/model.pkl
        mlt tag team=a

      Inside 'mlt run' the last tags the run that goes on. 'NAME-' takes a tag away; so does --delete with its name. What was set before stays in 'mlt show --history'.
      """)

  @Argument(help: "Path, PATH@RUN, run id or content id", completion: .file())
  var pointer: String

  @Argument(help: "Tags to set (KEY or KEY=VALUE) or take away (KEY-); none to show those that there are")
  var changes: [String] = []

  @Flag(name: [.customShort("d"), .long], help: "Take the tags away that are named")
  var delete = false

  @Option(name: [.customShort("m"), .customLong("message")], help: "Why")
  var why: String?

  @Flag(name: .long, help: "Print JSON: the tags that there are afterwards")
  var json = false

  func validate() throws {
    if delete, changes.isEmpty { throw ValidationError("--delete takes the names of tags") }
    _ = try parsed(changes)
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let (pointer, changes) = try subject(workspace)
    let (tags, untagged) = try parsed(changes)
    let target =
      try changes.isEmpty
      ? workspace.target(of: pointer) : workspace.tag(pointer, tags, untagged: untagged, why: why)
    let present = try workspace.tags(of: target)
    if json {
      try session.show(json: ["format": 1, "tags": RunRendering.json(present)], of: workspace)
    } else if changes.isEmpty {
      let lines = present.sorted { $0.key < $1.key }.map { RunRendering.pairs([$0.key: $0.value]) + "\n" }
      try session.show(lines.joined(), of: workspace)
    } else {
      let name = ChangeRendering.name(of: target)
      var lines = untagged.sorted().map { "untagged  \(name)  \($0)\n" }
      let set = present.filter { tags[$0.key] != nil }
      if !set.isEmpty { lines.append("tagged  \(name)  \(RunRendering.pairs(set))\n") }
      try session.show(lines.joined(), of: workspace)
    }
  }

  /// What is tagged, and how; a run that goes on need not be named.
  private func subject(_ workspace: Workspace) throws -> (pointer: String, changes: [String]) {
    guard pointer.contains("="), workspace.isPartOfRun, !workspace.isPresent(pointer) else { return (pointer, changes) }
    return (try workspace.runSpeaking(nil).hex, [pointer] + changes)
  }

  private func parsed(_ changes: [String]) throws -> (tags: [String: String], untagged: [String]) {
    var tags: [String: String] = [:]
    var untagged: [String] = []
    for change in changes {
      let parts = change.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let takesAway = delete || (parts.count == 1 && change.hasSuffix("-"))
      let key = takesAway && !delete ? String(change.dropLast()) : parts[0]
      guard !key.isEmpty, !delete || parts.count == 1 else {
        throw ValidationError("a tag is \(delete ? "KEY" : "KEY, KEY=VALUE or KEY-"), not '\(change)'")
      }
      if tags[key] != nil || untagged.contains(key) { throw ValidationError("tag '\(key)' is given twice") }
      if takesAway { untagged.append(key) } else { tags[key] = parts.count == 2 ? parts[1] : "" }
    }
    return (tags, untagged)
  }
}

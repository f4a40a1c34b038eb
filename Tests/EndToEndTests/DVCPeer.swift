import Glibc
import MLTBase
import SystemPackage
import Testing

/// DVC itself, and a pipeline project in two repositories: one for each of the two tools.
struct DVCPeer {
  /// What a tool did about a stage.
  struct Decision: Hashable, CustomStringConvertible {
    /// The words of `mlt repro --json`.
    var outcome: String
    var stage: String

    var description: String { "\(stage) \(outcome)" }
  }

  private static let program = getenv("MLT_TEST_DVC").map { String(cString: $0) } ?? ""

  /// Whether there is a DVC, which `Tests/run` installs.
  static let isInstalled: Bool = !program.isEmpty && access(program, X_OK) == 0

  let world: World
  /// DVC's repository; mlt's is the world's.
  let theirs: FilePath

  /// Makes both repositories of the same files.
  init(_ world: World, files: [String: String]) throws {
    self.world = world
    theirs = world.folder.appending("theirs")
    for (name, text) in files { try world.write(name, text) }
    try expectSuccess(world.shell("git add -A && git commit -qm Project && git clone -q . ../theirs"))
    try expectSuccess(dvc("init", "--quiet"))
  }

  /// Runs DVC.
  @discardableResult
  func dvc(_ arguments: String..., in place: FilePath? = nil) throws -> Printed {
    try world.run(
      [Self.program] + arguments, in: place ?? theirs,
      environment: [
        "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": world.folder.appending("dvc-site").string, "PYTHONHASHSEED": "0",
      ])
  }

  /// Changes both repositories in the same way.
  func edit(_ script: String) throws {
    for place in [world.repository, theirs] {
      try expectSuccess(world.shell("set -e\n" + script, in: place))
    }
  }

  /// What `dvc repro` does, stage by stage, in its order, in the whole project as `mlt repro` does.
  func theirDecisions() throws -> [Decision] {
    let printed = try dvc("repro", "--all-pipelines")
    try expectSuccess(printed)
    return printed.stdout.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
      guard parts.count >= 3 else { return nil }
      let rest = parts[2...].joined(separator: "'")
      return switch (parts[0], rest) {
      case ("Running stage ", ":"): Decision(outcome: "ran", stage: parts[1])
      case ("Stage ", " didn't change, skipping"): Decision(outcome: "up to date", stage: parts[1])
      case ("Stage ", " is cached - skipping run, checking out outputs"): Decision(outcome: "restored", stage: parts[1])
      default: nil
      }
    }
  }

  /// What `mlt repro` does.
  func ourDecisions() throws -> [Decision] {
    let stages = try #require(try world.json("repro")["stages"]?.array)
    return try stages.map { stage in
      let file = try #require(stage["file"]?.string)
      let name = try #require(stage["name"]?.string)
      let outcome = try #require(stage["outcome"]?.string)
      // Of a frozen stage DVC says the same as of one that didn't change.
      return Decision(
        outcome: outcome == "frozen" ? "up to date" : outcome, stage: file == "dvc.yaml" ? name : "\(file):\(name)")
    }
  }

  /// The files that stages made, with their digests.
  func made(in place: FilePath, _ paths: String) throws -> String {
    try world.shell("sha256sum \(paths)", in: place).stdout
  }
}

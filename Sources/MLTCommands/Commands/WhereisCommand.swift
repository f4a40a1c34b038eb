internal import ArgumentParser
internal import Lineage
internal import MLTBase

struct WhereisCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "whereis",
    abstract: "Say which stores hold something's bytes",
    discussion: """
      Asks this clone's store and every remote.

        mlt whereis models/model.pkl
        mlt whereis 5f3a9c21
      """)

  @Argument(help: "Path, PATH@RUN or content id", completion: .file())
  var pointer: String

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let (content, places) = try workspace.whereabouts(of: pointer)
    if json {
      let list = places.map { place -> JSON in
        let holds: JSON = place.holds.map { .bool($0) } ?? .null
        let remote: JSON = place.remote.map { .string($0) } ?? .null
        return .object(["holds": holds, "remote": remote])
      }
      try session.show(json: ["content": .string(content.hex), "format": 1, "places": .array(list)], of: workspace)
    } else {
      let rows = places.map { place -> [String] in
        let answer = place.holds.map { $0 ? "yes" : "no" } ?? "unknown"
        return [place.remote ?? "here", answer, place.reason ?? ""]
      }
      let lines = [content.hex] + Formatting.table(rows)
      try session.show(lines.joined(separator: "\n") + "\n", of: workspace)
    }
    if !places.contains(where: { $0.holds == true }) { throw ExitCode(FailureReport.Status.failed.rawValue) }
  }
}

internal import ArgumentParser
internal import Journaling
internal import Lineage
internal import MLTBase

struct AddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Store files and folders and track them in 'mlt.lock'",
    discussion: """
      For data that no recorded command makes: raw tables, images, models from elsewhere. The paths are put into the \
      '.gitignore' beside them; commit 'mlt.lock' to tie the contents to the commit. A folder is one artifact.

        mlt add data/raw.csv images
        mlt add 'data/*.csv' '**/*.parquet'

      A pattern in quotes, which the shell leaves alone, is matched by mlt: '*' and '?' stay within a name, '**/' goes \
      through folders. It passes over what git tracks. In every folder a '.mltignore', written like a '.gitignore', can \
      name what is to be left out of folders and runs. To take something out again, see 'mlt help rm'.
      """)

  @Argument(help: "Files, folders, or patterns in quotes", completion: .file())
  var paths: [String]

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let total = ProgressLine.isWanted ? workspace.size(of: paths) : nil
    let report = try session.watching("storing", total: total, workspace) { try workspace.add(paths) }
    defer { workspace.tidy() }
    if json {
      try session.show(
        json: [
          "format": 1,
          "added": .array(
            report.items.map { item in
              var fields = item.artifact.fields
              fields["changed"] = .bool(item.before?.content != item.artifact.content)
              return .object(fields)
            }),
        ], of: workspace)
      return
    }
    let rows = report.items.map { item in
      [
        item.before == nil ? "added" : item.before?.content == item.artifact.content ? "unchanged" : "changed",
        item.artifact.content?.short ?? "", Formatting.size(item.artifact.size),
        item.artifact.path
          + (item.artifact.count.map { " (\(Formatting.count(Int($0), "file")))" } ?? "")
          + (item.artifact.problem.map { ": \($0)" } ?? ""),
      ]
    }
    try session.show(Formatting.table(rows).map { $0 + "\n" }.joined(), of: workspace)
  }
}

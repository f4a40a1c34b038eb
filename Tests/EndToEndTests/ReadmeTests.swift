import MLTBase
import SystemPackage
import Testing

/// The examples of the README and of the page on debugging, run as a newcomer would type them.
@Suite struct ReadmeTests {
  /// One command of a console block, with the output shown below it.
  struct Example {
    var command: String
    var output: [String]
  }

  /// The repository's own folder, found from this file.
  private static let project = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()

  /// Reads the `console` blocks of a page: `$ ` begins a command, `> ` goes on with it, the rest is output.
  static func examples(in page: String) -> [Example] {
    var examples: [Example] = []
    var isInBlock = false
    for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        isInBlock = line == "```console"
      } else if isInBlock, line.hasPrefix("$ ") {
        examples.append(Example(command: String(line.dropFirst(2)), output: []))
      } else if isInBlock, line.hasPrefix("> "), let last = examples.indices.last, examples[last].output.isEmpty {
        examples[last].command += "\n" + line.dropFirst(2)
      } else if isInBlock, let last = examples.indices.last {
        examples[last].output.append(line)
      }
    }
    return examples
  }

  /// Puts words in the place of what differs from run to run: ids of runs and commits, times and how long things took.
  static func normalized(_ line: String, repository: String, folder: String) -> String {
    let day = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/
    let length = /\b\d+(\.\d+)? (ms|s)\b/
    // Contents are the same whenever and wherever they are made; what begins an id of a run or commit is known.
    let run = /\b(clean|total|run|recorded clean|recorded total) [0-9a-f]{10}\b/
    let runInTrace = /\b(clean|total)  [0-9a-f]{10}\b/
    let runInLog = /^[0-9a-f]{10}(?=  TIME)/
    let commit = /\b(git|at) [0-9a-f]{7}\b/
    // How much compressing saves differs from library to library.
    let objects = /objects \([^)]*\)/
    return line.replacing(repository, with: "/home/ada/fruit").replacing(folder, with: "/home/ada")
      .replacing(objects, with: "objects (SIZE)").replacing(day, with: "TIME")
      .replacing(length, with: "LENGTH").replacing(run) { "\($0.output.1) ID" }
      .replacing(runInTrace) { "\($0.output.1) ID" }.replacing(runInLog, with: "ID")
      .replacing(commit) { "\($0.output.1) ID" }
      // A column is as wide as its widest cell.
      .replacing(/\ +/, with: " ")
  }

  @Test("every example of the README prints what the README shows")
  func everyExample() throws {
    try repeatPage("README.md", atLeast: 15) { $0 }
  }

  @Test("the search for a cause goes as its page tells it, step by step")
  func debugging() throws {
    // What is named by ten digits of its id is made anew each time.
    try repeatPage("docs/debugging.md", atLeast: 12) { $0.replacing(/\b[0-9a-f]{10}\b/, with: "ID") }
  }

  /// Types a page's examples one after the other and compares what they print.
  private func repeatPage(_ page: String, atLeast count: Int, _ more: (String) -> String) throws {
    let bytes = try #require(try FileOperations.contents(of: World.project.pushing(FilePath(page))))
    let examples = Self.examples(in: String(decoding: bytes, as: UTF8.self))
    try #require(examples.count > count)
    try withWorld(git: false, initialized: false) { world in
      func normalized(_ lines: [String]) -> [String] {
        lines.map { more(Self.normalized($0, repository: world.repository.string, folder: world.folder.string)) }
      }
      for example in examples {
        let printed = try world.shell("exec 2>&1\n" + example.command, environment: ["COLUMNS": "80"])
        let lines = printed.stdout.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
        #expect(normalized(Array(lines)) == normalized(example.output), "\(example.command)")
      }
    }
  }
}

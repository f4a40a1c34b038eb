import MLTBase
import SystemPackage
import Testing

/// A DVC project in a world's repository, written by hand as DVC writes it.
struct DVCFixture {
  /// How contents are kept and named.
  enum Layout: CaseIterable {
    /// DVC 3: `files/md5/…`.
    case three
    /// DVC 2: right in the cache, text with the line ends of Unix for its hash.
    case two
  }

  let world: World
  let layout: Layout

  init(_ world: World, _ layout: Layout = .three) throws {
    self.world = world
    self.layout = layout
    try world.write(".dvc/config", "[core]\n    remote = none\n")
    try world.write(".dvc/.gitignore", "/config.local\n/tmp\n/cache\n")
  }

  /// The line that tells DVC 3's hashes from those before.
  var kind: String { layout == .three ? "  hash: md5\n" : "" }

  /// What `md5sum` says of a text.
  func md5(_ text: String) throws -> String {
    try world.write(".dvc/tmp/text", text)
    return String(try world.shell("md5sum < .dvc/tmp/text").stdout.prefix(32))
  }

  /// Where the cache keeps a content.
  func place(_ hash: String) -> String {
    ".dvc/cache/" + (layout == .three ? "files/md5/" : "") + hash.prefix(2) + "/" + hash.dropFirst(2)
  }

  /// Puts a text into the cache and returns its hash.
  func keep(_ text: String) throws -> String {
    let hash = try md5(layout == .three ? text : text.replacing("\r\n", with: "\n"))
    try world.write(place(hash), text)
    return hash
  }

  /// Writes the `.dvc` file of a path, and has git ignore the path as DVC does.
  func point(_ path: String, to hash: String, size: Int = 0, more: String = "") throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let folder = path.dropLast(name.count)
    try world.write("\(path).dvc", "outs:\n- md5: \(hash)\n  size: \(size)\n\(kind)\(more)  path: '\(name)'\n")
    try world.write("\(folder).gitignore", (try world.read("\(folder).gitignore") ?? "") + "/\(name)\n")
  }

  /// Keeps a file: in the cache and, if wanted, in the work tree.
  func file(_ path: String, _ text: String, inWorkTree: Bool = true, more: String = "") throws -> String {
    let hash = try keep(text)
    try point(path, to: hash, size: text.utf8.count, more: more)
    if inWorkTree { try world.write(path, text) }
    return hash
  }

  /// Keeps a folder's listing, and returns its hash; the files' own bytes are up to the caller.
  func listing(_ members: [(path: String, hash: String)]) throws -> String {
    let text =
      "["
      + members.sorted { $0.path < $1.path }.map { #"{"md5": "\#($0.hash)", "relpath": "\#($0.path)"}"# }
      .joined(separator: ", ") + "]"
    let hash = try md5(text) + ".dir"
    try world.write(place(hash), text)
    return hash
  }

  /// What every file has that isn't mlt's own: name, permissions, and digest.
  func everything() throws -> String {
    try world.shell(
      "find . -path ./.mlt -prune -o -path ./.git -prune -o ! -name mlt.lock -printf '%p %y %m %l\\n' | sort;"
        + "find . -path ./.mlt -prune -o -path ./.git -prune -o -type f ! -name mlt.lock -exec sha256sum {} + | sort"
    ).stdout
  }

  /// What became of each output, by its path.
  func outcomes(_ arguments: String...) throws -> [String: String] {
    let printed = try world.run([World.program.string, "import", "dvc", "--json"] + arguments)
    var outcomes: [String: String] = [:]
    for output in try JSON(parsing: printed.stdout)["outputs"]?.array ?? [] {
      outcomes[try #require(output["path"]?.string)] = output["outcome"]?.string
    }
    return outcomes
  }
}

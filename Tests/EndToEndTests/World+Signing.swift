import MLTBase
import SystemPackage
import TestSupport
import Testing

/// What `mlt verify --json` says.
enum Verified {
  /// What is wrong with runs, in their order.
  static func problems(_ json: JSON) -> [String] { texts("problems", json) }

  /// What is wrong with further signatures, in the order of the runs.
  static func disregarded(_ json: JSON) -> [String] { texts("disregarded", json) }

  /// Each run's first signer; nil for an unknown one or none.
  static func signers(_ json: JSON) -> [String?] {
    (json["runs"]?.array ?? []).map { $0["signatures"]?.array?.first?["signer"]?.string }
  }

  private static func texts(_ key: String, _ json: JSON) -> [String] {
    (json["runs"]?.array ?? []).flatMap { $0[key]?.array ?? [] }.compactMap(\.string)
  }
}

extension World {
  /// Makes a key that `mlt` signs with, whose owner is an allowed signer.
  func makeKey(options: String = "", in place: FilePath? = nil) throws {
    try expectSuccess(
      shell(
        """
        set -e
        mkdir -p ~/.ssh; ssh-keygen -q -t ed25519 -N '' -C '' -f ~/.ssh/ada
        echo 'ada@example.invalid \(options)' "$(cat ~/.ssh/ada.pub)" > .mlt-allowed-signers
        git add .mlt-allowed-signers; git commit -qm signers
        mlt config --user sign.key '~/.ssh/ada'
        """, in: place))
  }

  /// Two runs, the second of which reads what the first wrote.
  func makeChain(first: [String] = ["--sign"], second: [String] = ["--sign"]) throws {
    try record("echo 1 > a", options: first)
    try record("cat a a > b", options: second)
  }

  /// Runs `mlt verify --json`.
  func verify(_ arguments: String...) throws -> (status: Int32, json: JSON) {
    let printed = try run([World.program.string, "verify", "--json"] + arguments)
    return (printed.status, try JSON(parsing: printed.stdout))
  }

  /// Whose events ``forge(_:by:at:first:after:in:)`` makes.
  static let forger = String(repeating: "e", count: 32)

  /// Changes events of this clone's own journal as somebody would who can write to it: with ids and chain that fit.
  func tamper(in place: FilePath? = nil, _ change: (String) -> String) throws {
    let folder = (place ?? repository).appending(".mlt/journal")
    let writer = try #require(
      try FileOperations.names(in: folder).first { $0.string.count == 32 && $0.string != Self.forger })
    let name = try #require(try FileOperations.names(in: folder.appending(writer)).first)
    let file = folder.appending(writer).appending(name)
    let text = String(decoding: try #require(try FileOperations.contents(of: file)), as: UTF8.self)
    var ids: [(old: String, new: String)] = []
    var lines = ""
    for line in text.split(separator: "\n") {
      var body = "{" + line.dropFirst(73)
      for id in ids { body = body.replacing(id.old, with: id.new) }
      body = change(body)
      let id = ContentHasher.contentID(of: Array(body.utf8)).hex
      ids.append((String(line.dropFirst(7).prefix(64)), id))
      lines += "{\"id\":\"\(id)\",\(body.dropFirst())\n"
    }
    #expect(lines != text)
    try FileOperations.replace(file, with: Array(lines.utf8), sync: false)
    try expectSuccess(shell("rm -f .mlt/index.sqlite*", in: place))
  }

  /// The events of a type, in the order of the only journal.
  func events(_ type: String, in place: FilePath? = nil) throws -> [JSONObject] {
    try shell("cat .mlt/journal/*/*.jsonl", in: place).stdout.split(separator: "\n")
      .compactMap { try JSON(parsing: String($0)).object }.filter { $0["type"]?.string == type }
  }

  /// Adds a writer's journal, as it comes from a remote, with events of which only the own fields count.
  ///
  /// - Parameters:
  ///   - folder: the folder of journals.
  ///   - number: the number of the first event, of a chain that goes on.
  ///   - previous: the event before that.
  func forge(
    _ events: [JSONObject], by writer: String = Self.forger, at: String = "2026-01-01T00:00:00",
    first number: Int = 1, after previous: String? = nil, in folder: FilePath? = nil
  ) throws {
    var lines = ""
    var previous = previous
    for (offset, event) in events.enumerated() {
      var fields = event
      fields["id"] = nil
      fields["at"] = .string("\(at).00000\(offset)Z")
      fields["by"] = .string(writer)
      fields["prev"] = previous.map { .string($0) }
      let body = JSON.object(fields).canonicalText
      let id = ContentHasher.contentID(of: Array(body.utf8)).hex
      lines += "{\"id\":\"\(id)\",\(body.dropFirst())\n"
      previous = id
    }
    let journal = (folder ?? repository.appending(".mlt/journal")).appending(writer)
    try FileOperations.createFolder(journal)
    func digits(_ number: Int) -> String { String(repeating: "0", count: 12 - "\(number)".count) + "\(number)" }
    let name = "\(digits(number))-\(digits(number + events.count - 1)).jsonl"
    try FileOperations.replace(journal.appending(name), with: Array(lines.utf8), sync: false)
    try expectSuccess(shell("gzip -n '\(journal.appending(name).string)'"))
  }
}

internal import ArgumentParser
internal import GitAccess
internal import Lineage
internal import MLTBase

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Read and write settings",
    discussion: """
      Settings are kept in git's format at three levels, the later winning: the user's own, '.mltconfig' at the work \
      tree's root (to be committed), and '.mlt/config' (this clone only).

        mlt config capture.inputLimit              print a value
        mlt config capture.inputLimit 256m         set it for this clone
        mlt config --shared capture.inputLimit 1g  set it for everyone
        mlt config --unset capture.inputLimit
        mlt config                                 list everything

      capture.inputLimit   largest input that a run stores of itself (default 64m)
      capture.environment  further environment variables to record with a run, separated by blanks
      """)

  @Argument(help: "Key, such as 'capture.inputLimit'")
  var key: String?

  @Argument(help: "Value to set")
  var value: String?

  @Flag(name: .long, help: "Take the key out")
  var unset = false

  @Flag(name: .long, help: "Use the user's own settings")
  var user = false

  @Flag(name: .long, help: "Use '.mltconfig', which is committed")
  var shared = false

  @Flag(name: .long, help: "Print JSON")
  var json = false

  func validate() throws {
    if user, shared { throw ValidationError("--user and --shared can't be given together") }
    if unset, key == nil || value != nil { throw ValidationError("--unset takes a key and no value") }
  }

  func run() throws {
    let session = try Session()
    let workspace = try session.workspace()
    let level: Configuration.Level = user ? .user : shared ? .shared : .local
    if let key, unset || value != nil {
      try workspace.configure(key, value, level: level)
      return
    }
    let entries = workspace.configuration.entries.filter { !(user || shared) || $0.level == level }
    if let key {
      guard let entry = entries.last(where: { $0.key.lowercased() == key.lowercased() }) else {
        throw ExitCode(1)
      }
      let value = entry.value ?? "true"
      session.show(json ? JSON.object(["format": 1, "value": .string(value)]).indentedText + "\n" : value + "\n")
      return
    }
    if json {
      session.show(
        json: [
          "format": 1,
          "settings": .array(
            entries.map { entry in
              ["key": .string(entry.key), "value": .string(entry.value ?? "true"), "level": .string("\(entry.level)")]
            }),
        ])
    } else {
      session.show(entries.map { "\($0.key)=\($0.value ?? "true")\n" }.joined())
    }
  }
}

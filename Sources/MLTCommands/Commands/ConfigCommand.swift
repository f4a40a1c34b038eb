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
        mlt config                                 list what holds and where it is set

      capture.inputLimit   largest input that a run stores of itself (default 64MiB)
      gc.grace             seconds for which 'mlt gc' removes nothing that was stored (default 7200)
      store.minCopies      how many remotes must have what 'mlt gc' takes from runs (default 0; with --drop at least 1)
      stale.days           age from which on what a run reads counts as old (default 30, 0 for never); for one
                           component it is 'stale.COMPONENT.days'
      capture.environment  further environment variables to record with a run, separated by blanks
      sign.key             SSH key that runs are signed with: a private key's file, or a '.pub' of the agent's
      sign.runs            whether to sign every run (default false)
      sign.allowedSigners  file that says whose keys may sign (default '.mlt-allowed-signers')
      sign.revokedKeys     file of keys that count no more, a list or a KRL
      pull.requireSigned   whether data comes from a remote only if all runs behind it are signed (default false)

      What begins with 'sign.' can't be set for everyone; 'pull.requireSigned' can be turned on for everyone, and not off.
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
    let level: Configuration.Level? = user ? .user : shared ? .shared : nil
    if let key, unset {
      if try !Workspace.unset(key, at: level ?? .local, session.context) { throw ExitCode(1) }
    } else if let key, let value {
      try Workspace.set(key, to: value, at: level ?? .local, session.context)
    } else if let key {
      try show(key, try settings(level, session), session)
    } else {
      try list(try settings(level, session), session)
    }
  }

  private func settings(_ level: Configuration.Level?, _ session: Session) throws -> [EffectiveSetting] {
    Workspace.settings(of: try Workspace.configuration(around: session.context), at: level)
  }

  private func show(_ key: String, _ settings: [EffectiveSetting], _ session: Session) throws {
    // Of a component's name the case counts.
    let wanted = SettingKey(key)?.text
    guard
      let setting = settings.first(where: {
        if let wanted { $0.key == wanted } else { $0.key.lowercased() == key.lowercased() }
      })
    else {
      _ = try Workspace.settingKey(key)
      throw ExitCode(1)
    }
    if json {
      var fields = Self.json(setting)
      fields["format"] = 1
      try session.show(json: fields)
    } else {
      try session.show(setting.value + "\n")
    }
  }

  private func list(_ settings: [EffectiveSetting], _ session: Session) throws {
    if json {
      try session.show(json: ["format": 1, "settings": .array(settings.map { .object(Self.json($0)) })])
      return
    }
    let rows = settings.map { setting in
      let origin = setting.level.map { "\($0)" } ?? "default"
      return ["\(setting.key)=\(setting.value)", setting.isKnown ? origin : "\(origin), not known to this version"]
    }
    try session.show(Formatting.table(rows).map { $0 + "\n" }.joined())
  }

  private static func json(_ setting: EffectiveSetting) -> JSONObject {
    [
      "key": .string(setting.key), "value": .string(setting.value),
      "level": .string(setting.level.map { "\($0)" } ?? "default"), "known": .bool(setting.isKnown),
    ]
  }
}

public import MLTBase
public import SystemPackage

/// What a process stands in, read once by the command line and handed down as a value.
public struct ProcessContext: Sendable {
  /// The working directory, absolute.
  public var directory: FilePath
  /// The environment variables; of equal names the last, names and values that aren't UTF-8 repaired.
  public var environment: [String: String]
  /// The environment as the system holds it, an entry `NAME=value` each, to be handed on unchanged.
  public var rawEnvironment: [[UInt8]]
  /// The file of the running program.
  public var executable: FilePath
  /// The machine's name, as `hostname` prints it.
  public var host: String
  /// The account's name, for when git knows no identity.
  public var account: String
  /// Where the present time comes from.
  public var clock: WallClock

  /// Takes the facts.
  public init(
    directory: FilePath, environment: [String: String], rawEnvironment: [[UInt8]], executable: FilePath, host: String,
    account: String, clock: WallClock = .system
  ) {
    self.directory = directory
    self.environment = environment
    self.rawEnvironment = rawEnvironment
    self.executable = executable
    self.host = host
    self.account = account
    self.clock = clock
  }

  /// The user's home folder, if the environment names one.
  public var home: FilePath? {
    environment["HOME"].flatMap { $0.isEmpty ? nil : FilePath($0) }
  }

  /// The user's own configuration file, whether it exists or not.
  public var userConfiguration: FilePath? {
    if let base = environment["XDG_CONFIG_HOME"], !base.isEmpty { return FilePath(base).appending("mlt/config") }
    return home?.appending(".config/mlt/config")
  }
}

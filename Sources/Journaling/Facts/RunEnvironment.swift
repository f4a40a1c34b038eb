public import MLTBase

/// What a run stood on without it being an input: interpreters, packages and the machine.
public struct RunEnvironment: Hashable, Sendable {
  /// One package that the run loaded something from.
  public struct Package: Hashable, Sendable {
    /// Where it comes from: `python`, `conda`, `r`, `node`.
    public var system: String
    /// The distribution's name.
    public var name: String
    /// The distribution's version; empty if it doesn't say.
    public var version: String

    /// Takes the facts.
    public init(system: String, name: String, version: String) {
      self.system = system
      self.name = name
      self.version = version
    }
  }

  /// The program that ran scripts, if one was seen.
  public struct Interpreter: Hashable, Sendable {
    /// The program's name, as `python`.
    public var name: String
    /// Its version, as `3.11.7`; empty if unknown.
    public var version: String
    /// The program's file.
    public var path: String
    /// Whether `PATH` led to it where the run was started; else it was found in another way.
    public var isNamed: Bool

    /// Takes the facts.
    public init(name: String, version: String, path: String, isNamed: Bool = false) {
      self.name = name
      self.version = version
      self.path = path
      self.isNamed = isNamed
    }
  }

  /// The interpreters that were started, sorted by name and path.
  public var interpreters: [Interpreter] = []
  /// The packages that were loaded, sorted by system and name.
  public var packages: [Package] = []
  /// The folders that packages were found in (``PathText``), sorted.
  public var folders: [String] = []
  /// The machine: `os`, `kernel`, `architecture`, `cpu`, `cores`, `memory`, `gpu`; those that are known.
  public var machine: [String: String] = [:]
  /// The chosen environment variables, credentials redacted.
  public var variables: [String: String] = [:]

  /// Makes an environment of which nothing is known.
  public init() {}

  /// The environment's fields, as events and `--json` listings hold them.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set(
      "interpreters",
      objects: interpreters.map { interpreter in
        var writer = FieldWriter()
        writer.set("name", interpreter.name)
        writer.set("version", interpreter.version)
        writer.set("path", interpreter.path)
        writer.set("named", flag: interpreter.isNamed)
        return writer.fields
      })
    writer.set(
      "packages",
      objects: packages.map {
        ["system": .string($0.system), "name": .string($0.name), "version": .string($0.version)]
      })
    writer.set("folders", folders)
    writer.set("machine", machine)
    writer.set("variables", variables)
    return writer.fields
  }

  package init(_ reader: FieldReader) throws(FactError) {
    interpreters = try reader.objects("interpreters") { entry throws(FactError) in
      Interpreter(
        name: try entry.string("name"), version: try entry.string("version"), path: try entry.string("path"),
        isNamed: try entry.flag("named"))
    }
    packages = try reader.objects("packages") { entry throws(FactError) in
      Package(
        system: try entry.string("system"), name: try entry.string("name"), version: try entry.string("version"))
    }
    folders = try reader.strings("folders")
    machine = try reader.stringMap("machine")
    variables = try reader.stringMap("variables")
  }

  /// Reads fields that ``fields`` wrote.
  public init(fields: JSONObject) throws(FactError) {
    try self.init(FieldReader(fields))
  }
}

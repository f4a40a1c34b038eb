/// A stage as it is to be written into a pipeline file.
public struct StageDraft: Hashable, Sendable {
  /// Something that it writes.
  public struct Output: Hashable, Sendable {
    /// The path, as it is written.
    public var path: String
    /// What it is for.
    public var kind: StageOutput.Kind
    /// Whether its bytes are stored; left to git otherwise.
    public var isStored: Bool
    /// Whether it stays in place when the stage runs.
    public var persists: Bool

    /// Takes the facts.
    public init(path: String, kind: StageOutput.Kind = .output, isStored: Bool = true, persists: Bool = false) {
      self.path = path
      self.kind = kind
      self.isStored = isStored
      self.persists = persists
    }
  }

  /// Parameters of one file.
  public struct Parameters: Hashable, Sendable {
    /// The file; nil for `params.yaml`.
    public var file: String?
    /// The keys; none for the whole file.
    public var keys: [String]

    /// Takes file and keys.
    public init(file: String?, keys: [String]) {
      self.file = file
      self.keys = keys
    }
  }

  /// The name.
  public var name: String
  /// What is run: one text, or several one after another.
  public var commands: [String]
  /// The folder that it runs in, as it is written.
  public var folder: String?
  /// What it is for.
  public var description: String?
  /// What it reads, as it is written.
  public var dependencies: [String] = []
  /// The parameters that it takes.
  public var parameters: [Parameters] = []
  /// What it writes.
  public var outputs: [Output] = []
  /// Whether it always runs.
  public var isAlwaysChanged = false

  /// Takes name and commands.
  public init(name: String, commands: [String]) {
    self.name = name
    self.commands = commands
  }

  /// The declaration's lines, without the indentation that its place in the file asks for.
  var lines: [String] {
    var lines = ["\(YAMLText.scalar(name)):"]
    if let description { lines += YAMLText.entry("desc", description, indentation: 2) }
    if commands.count == 1 {
      lines += YAMLText.entry("cmd", commands[0], indentation: 2)
    } else {
      lines.append("  cmd:")
      for command in commands { lines += YAMLText.element(command, indentation: 4) }
    }
    if let folder { lines += YAMLText.entry("wdir", folder, indentation: 2) }
    if !dependencies.isEmpty {
      lines.append("  deps:")
      for dependency in dependencies { lines += YAMLText.element(dependency, indentation: 4) }
    }
    if !parameters.isEmpty { lines += ["  params:"] + parameters.flatMap(Self.lines) }
    for kind in [StageOutput.Kind.output, .metrics, .plots] {
      let outputs = outputs.filter { $0.kind == kind }
      if !outputs.isEmpty { lines += ["  \(kind.rawValue):"] + outputs.flatMap(Self.lines) }
    }
    if isAlwaysChanged { lines.append("  always_changed: true") }
    return lines
  }

  private static func lines(_ parameters: Parameters) -> [String] {
    guard let file = parameters.file else { return parameters.keys.flatMap { YAMLText.element($0, indentation: 4) } }
    return ["    - \(YAMLText.scalar(file)):"] + parameters.keys.flatMap { YAMLText.element($0, indentation: 8) }
  }

  private static func lines(_ output: Output) -> [String] {
    if output.isStored, !output.persists { return YAMLText.element(output.path, indentation: 4) }
    return ["    - \(YAMLText.scalar(output.path)):"] + (output.isStored ? [] : ["        cache: false"])
      + (output.persists ? ["        persist: true"] : [])
  }
}

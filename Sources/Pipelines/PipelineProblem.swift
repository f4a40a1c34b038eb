internal import MLTBase

/// Something in a pipeline that can't be meant.
public struct PipelineProblem: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// There is no such file.
    case missing
    /// There is a folder in the file's place.
    case isFolder
    /// The file can't be read, in the words of whoever tried.
    case unreadable(String)
    /// The file is larger than is read.
    case tooLarge
    /// The file isn't UTF-8 text.
    case notText
    /// The text isn't in the file's language, in the reader's words.
    case malformed(String)
    /// Aliases, nesting or the number of values go beyond what is read.
    case tooComplex

    /// A key that has no meaning where it stands.
    case unknownKey(String)
    /// A key that must be there isn't.
    case missingKey(String)
    /// A value isn't what it must be.
    case unexpected(field: String, expected: String)
    /// A stage can't have the name.
    case badName(String)

    /// What stands between `${` and `}` isn't a name.
    case badTemplate(String)
    /// A template names what isn't there.
    case undefined(String)
    /// A template's value can't be put where it stands.
    case notScalar(template: String, kind: String)
    /// A template stands where none is replaced.
    case templateNotAllowed(String)

    /// A variable comes from two places.
    case redefined(String, source: String, earlier: String)
    /// A stage's variables define what `foreach` and `matrix` do.
    case reserved(String)
    /// A file of variables, or a part of it, is loaded twice in different ways.
    case loadedTwice(String)
    /// A file of variables is no mapping.
    case notMapping(file: String)
    /// A file of variables hasn't got a key.
    case missingVariable(String, file: String)
    /// A file of variables isn't there.
    case missingFile(String)

    /// Two combinations come to one name.
    case duplicateInstance(String)
    /// More stages than are read.
    case tooManyStages
    /// More text than is made of templates.
    case tooMuchText

    /// A path can't be a path, or not one of an output.
    case badPath(String)
    /// An output lies outside the project.
    case outside(String)

    /// Two stages have one output.
    case duplicateOutput(String, other: StageID)
    /// An output lies in another one.
    case nestedOutput(String, inside: String, other: StageID)
    /// A pipeline file lies in an output.
    case fileInOutput(String, other: StageID)
    /// Running the stage changes or deletes what it depends on.
    case changesOwnInput(dependency: String, output: String)
    /// Stages that depend on each other in a circle, each on the next one.
    case cycle([StageID])
  }

  /// The file at fault, by its path from the project's root.
  public var file: String
  /// The place, where it is known.
  public var position: SourcePosition?
  /// The stage's name, where one is at fault.
  public var stage: String?
  /// What is wrong.
  public var reason: Reason

  /// Takes the facts.
  public init(file: String, at position: SourcePosition? = nil, stage: String? = nil, _ reason: Reason) {
    self.file = file
    self.position = position
    self.stage = stage
    self.reason = reason
  }

  /// The same problem as one of a stage, unless it is of one already.
  func of(_ stage: String) -> PipelineProblem {
    var problem = self
    problem.stage = problem.stage ?? stage
    return problem
  }
}

extension PipelineProblem: CustomStringConvertible {
  /// The file, the line, the column, the stage and a lower-case phrase.
  public var description: String {
    "'\(PathText.encode(file.utf8))'" + (position.map { ", line \($0.line), column \($0.column)" } ?? "")
      + (stage.map { ", stage '\(PathText.encode($0.utf8))'" } ?? "") + ": \(reason)"
  }
}

extension PipelineProblem.Reason: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .missing: "there is no such file"
    case .isFolder: "is a folder"
    case .unreadable(let words): words
    case .tooLarge: "is too large"
    case .notText: "is not UTF-8 text"
    case .malformed(let words): words
    case .tooComplex: "has more values, aliases or nesting than are read"
    case .unknownKey(let key): "unknown key '\(Self.shown(key))'"
    case .missingKey(let key): "key '\(key)' is missing"
    case .unexpected(let field, let expected): "'\(Self.shown(field))' must be \(expected)"
    case .badName(let name): "'\(Self.shown(name))' can't be a stage's name"
    case .badTemplate(let text): "'${\(Self.shown(text))}' is no template; write '\\${' for plain text"
    case .undefined(let name): "'\(Self.shown(name))' is not defined"
    case .notScalar(let template, let kind): "'${\(Self.shown(template))}' is \(kind), which can't stand here"
    case .templateNotAllowed(let field): "'\(field)' can't hold templates"
    case .redefined(let name, let source, let earlier):
      "'\(Self.shown(name))' from '\(Self.shown(source))' is already defined by '\(Self.shown(earlier))'"
    case .reserved(let name): "'\(name)' can't be defined here"
    case .loadedTwice(let item): "'\(Self.shown(item))' is already loaded in another way"
    case .notMapping(let file): "'\(Self.shown(file))' holds no mapping"
    case .missingVariable(let key, let file): "'\(Self.shown(key))' is not in '\(Self.shown(file))'"
    case .missingFile(let file): "there is no file '\(Self.shown(file))'"
    case .duplicateInstance(let name): "two combinations come to the name '\(Self.shown(name))'"
    case .tooManyStages: "makes more stages than are read"
    case .tooMuchText: "templates make more text than is read"
    case .badPath(let path): "'\(Self.shown(path))' can't be used as a path here"
    case .outside(let path): "output '\(Self.shown(path))' lies outside the project"
    case .duplicateOutput(let path, let other): "output '\(Self.shown(path))' is also one of stage '\(other)'"
    case .nestedOutput(let path, let outer, let other):
      "output '\(Self.shown(path))' lies in output '\(Self.shown(outer))' of stage '\(other)'"
    case .fileInOutput(let path, let other): "lies in output '\(Self.shown(path))' of stage '\(other)'"
    case .changesOwnInput(let dependency, let output):
      dependency == output
        ? "'\(Self.shown(output))' is both a dependency and an output"
        : "output '\(Self.shown(output))' changes dependency '\(Self.shown(dependency))'"
    case .cycle(let stages): "stages depend on each other in a circle: " + Self.circle(stages)
    }
  }

  private static func shown(_ text: String) -> String { PathText.encode(text.utf8.prefix(200)) }

  private static func circle(_ stages: [StageID]) -> String {
    let names = stages.prefix(10).map { "'\($0)'" } + (stages.count > 10 ? ["…"] : [])
    return (names + names.prefix(1)).joined(separator: " → ")
  }
}

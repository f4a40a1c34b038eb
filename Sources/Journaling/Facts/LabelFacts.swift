public import MLTBase

/// Labels were put on an artifact, or taken from it (`artifact.labelled`).
public struct ArtifactLabelled: Fact, Hashable {
  /// The event type.
  public static let type = "artifact.labelled"

  /// The artifact; without a content, whatever stands at its path or below it.
  public var artifact: ArtifactRecord
  /// Labels to put on it, sorted.
  public var labels: [String]
  /// Labels to take from it, sorted.
  public var unlabelled: [String]
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(
    _ artifact: ArtifactRecord, labels: [String] = [], unlabelled: [String] = [], said: Attribution = Attribution()
  ) {
    self.artifact = artifact
    self.labels = labels
    self.unlabelled = unlabelled
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("artifact", object: artifact.fields)
    writer.set("labels", labels)
    writer.set("unlabelled", unlabelled)
    said.write(&writer)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    self.init(
      try reader.artifact("artifact"), labels: try reader.labels("labels"), unlabelled: try reader.labels("unlabelled"),
      said: try Attribution(reader))
  }
}

/// What carries a label isn't to be used any more (`label.retracted`).
public struct LabelRetracted: Fact, Hashable {
  /// The event type.
  public static let type = "label.retracted"

  /// The label.
  public var label: String
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(_ label: String, said: Attribution = Attribution()) {
    self.label = label
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("label", label)
    said.write(&writer)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    self.init(try reader.label("label"), said: try Attribution(reader))
  }
}

/// What carries a label may be used again (`label.reinstated`).
public struct LabelReinstated: Fact, Hashable {
  /// The event type.
  public static let type = "label.reinstated"

  /// The label.
  public var label: String
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(_ label: String, said: Attribution = Attribution()) {
    self.label = label
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject { LabelRetracted(label, said: said).fields }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let retracted = try LabelRetracted(fields: fields)
    self.init(retracted.label, said: retracted.said)
  }
}

/// The bytes of contents are to be nowhere any more, for as long as a label is retracted (`contents.purged`).
public struct ContentsPurged: Fact, Hashable {
  /// The event type.
  public static let type = "contents.purged"
  /// How many contents one event names; more take several.
  public static let limit = 100_000

  /// The label on account of which they go.
  public var label: String
  /// The contents of files, sorted.
  public var contents: [ContentID]
  /// Who says so, and why.
  public var said: Attribution

  /// Takes the facts.
  public init(_ label: String, _ contents: [ContentID], said: Attribution = Attribution()) {
    self.label = label
    self.contents = contents
    self.said = said
  }

  /// The type's own fields.
  public var fields: JSONObject {
    var writer = FieldWriter()
    writer.set("label", label)
    writer.set("contents", contents.map(\.hex))
    said.write(&writer)
    return writer.fields
  }

  /// Reads the type's own fields.
  public init(fields: JSONObject) throws(FactError) {
    let reader = FieldReader(fields)
    var contents: [ContentID] = []
    for text in try reader.strings("contents") {
      guard let content = ContentID(hex: text) else { throw FactError("contents") }
      contents.append(content)
    }
    self.init(try reader.label("label"), contents, said: try Attribution(reader))
  }
}

/// What labels may be called.
public enum LabelName {
  /// The most bytes of a name.
  public static let limit = 250

  /// Whether a text can be a label's name: some characters on one line, with no space at either end.
  public static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= limit && !name.utf8.contains { $0 < 0x20 || $0 == 0x7F }
      && name.first?.isWhitespace == false && name.last?.isWhitespace == false
  }
}

extension FieldReader {
  fileprivate func label(_ name: String) throws(FactError) -> String {
    let text = try string(name)
    guard LabelName.isValid(text) else { throw FactError(name) }
    return text
  }

  fileprivate func labels(_ name: String) throws(FactError) -> [String] {
    let texts = try strings(name)
    guard texts.allSatisfy({ LabelName.isValid($0) }) else { throw FactError(name) }
    return texts
  }
}

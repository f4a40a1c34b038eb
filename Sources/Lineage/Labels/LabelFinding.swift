public import LineageIndexing

/// A label that something carries, and where it comes from.
public struct LabelFinding: Hashable, Sendable {
  /// The label.
  public var label: String
  /// How it was put where it stands.
  public var mark: RecordedChange
  /// That it is retracted; nil if it isn't.
  public var retraction: RecordedChange?
  /// Whether it stands on the thing itself, and not on something that this was made from.
  public var isDirect: Bool

  /// The path or URI that it stands at.
  public var source: String { mark.artifact?.path ?? "" }
}

/// Something that a command reads, or would read, and mustn't.
public struct RetractedInput: Hashable, Sendable {
  /// The path or URI, as the journal has it.
  public var place: String
  /// The path or URI, as somebody would type it.
  public var path: String
  /// The retracted label that it carries.
  public var finding: LabelFinding

  /// What makes it one, as a lower-case phrase.
  public var reason: String {
    let from = finding.isDirect ? "" : ", which stands on '\(finding.source)',"
    let why = finding.retraction?.why.map { ": \($0)" } ?? ""
    return "label '\(finding.label)'\(from) is retracted\(why)"
  }
}

public import Journaling
public import MLTBase

/// An event that the index doesn't show, because it can't be read or isn't what its type demands.
public struct IndexProblem: Hashable, Sendable {
  /// The writer.
  public var writer: WriterID
  /// The event's number in the writer's chain.
  public var sequence: Int64
  /// The event's id; nil if it can't be read.
  public var event: ContentID?
  /// The event's type; nil if it can't be read.
  public var type: String?
  /// What is wrong, as a lower-case phrase.
  public var reason: String
}

extension IndexProblem: CustomStringConvertible {
  /// The event and what is wrong with it.
  public var description: String {
    "event \(sequence) of writer \(writer.hex.prefix(10))" + (type.map { " (\($0))" } ?? "") + " isn't used: \(reason)"
  }
}

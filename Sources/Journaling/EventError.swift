public import MLTBase

/// Why a place in a journal holds no event that can be used.
public enum EventError: Error, Hashable, Sendable {
  /// The line doesn't begin with an event's id.
  case notAnEvent
  /// The line's bytes have another hash than its id says.
  case hashMismatch
  /// The line isn't JSON.
  case malformed(JSONError)
  /// A common field is missing or isn't what it must be.
  case malformedField(String)
  /// The line is longer than ``Event/maximumLineLength``.
  case lineTooLong
  /// The event says that another writer wrote it.
  case wrongWriter(WriterID)
  /// No segment holds the events with these numbers.
  case missing(first: Int64, last: Int64)
  /// A closed segment can't be unpacked, or doesn't hold as many lines as its name says.
  case damagedSegment(String)
}

extension EventError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .notAnEvent: "line is not an event"
    case .hashMismatch: "line does not match its id"
    case .malformed(let error): "line is not JSON: \(error)"
    case .malformedField(let field): "field '\(field)' is missing or malformed"
    case .lineTooLong: "line is too long"
    case .wrongWriter(let writer): "event is of another writer, '\(writer)'"
    case .missing(let first, let last): "events \(first) to \(last) are missing"
    case .damagedSegment(let name): "segment '\(name)' is damaged"
    }
  }
}

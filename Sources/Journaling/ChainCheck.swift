public import MLTBase

/// One event's place in its writer's chain, as the next event must follow it.
public struct ChainLink: Hashable, Sendable {
  /// The event's number.
  public var sequence: Int64
  /// The event's id.
  public var id: ContentID
  /// When it happened.
  public var at: Timestamp

  /// Takes the facts.
  public init(sequence: Int64, id: ContentID, at: Timestamp) {
    self.sequence = sequence
    self.id = id
    self.at = at
  }
}

/// Why a chain of events isn't followed any further.
public enum ChainFault: Error, Hashable, Sendable {
  /// The line is no event that can be used.
  case unusable(EventError)
  /// The event doesn't name the event before it.
  case broken(ContentID)
  /// The event isn't later than the event before it.
  case timeWentBack(ContentID)
  /// The event is dated later than the reader takes.
  case future(Timestamp)
  /// Another event has the same number, writer and claim to be true: two programs have written to one chain.
  case forked(ContentID, other: ContentID)
  /// The packed bytes can't be unpacked, are too many, or aren't as many lines as their name says.
  case damaged
  /// Events are missing, up to this number.
  case gap(through: Int64)
}

extension ChainFault: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .unusable(let error): error.description
    case .broken: "event does not follow the event before it"
    case .timeWentBack: "event is not later than the event before it"
    case .future(let at): "event is dated '\(at)', too far in the future"
    case .forked(let id, let other): "the chain has forked: '\(id.short)' and '\(other.short)' are the same event's ids"
    case .damaged: "segment is damaged"
    case .gap(let last): "events up to \(last) are missing"
    }
  }
}

/// Follows one writer's chain line by line.
package struct ChainCheck {
  private let writer: WriterID
  private let latest: Timestamp?
  // What the next event must follow; nil if that isn't known.
  private var previous: ChainLink?
  /// The number of the last event that was taken.
  package private(set) var sequence: Int64

  /// The last event that was taken, or was given to start with.
  package var last: ChainLink? { previous }

  /// Starts behind an event that is known.
  ///
  /// - Parameters:
  ///   - link: the event; nil for a chain's beginning.
  ///   - latest: the latest time that an event may have; nil for any.
  package init(writer: WriterID, after link: ChainLink?, latest: Timestamp?) {
    self.writer = writer
    self.latest = latest
    previous = link
    sequence = link?.sequence ?? 0
  }

  /// Starts before an event whose predecessor isn't known.
  package init(writer: WriterID, before first: Int64, latest: Timestamp?) {
    self.writer = writer
    self.latest = latest
    previous = nil
    sequence = first - 1
  }

  /// Takes the next line.
  package mutating func take(_ line: [UInt8]) throws(ChainFault) {
    let event: Event
    do throws(EventError) {
      event = try Event(line: line)
    } catch {
      throw .unusable(error)
    }
    guard event.writer == writer else { throw .unusable(.wrongWriter(event.writer)) }
    if let previous {
      guard event.previous == previous.id else { throw .broken(event.id) }
      guard event.at > previous.at else { throw .timeWentBack(event.id) }
    } else if (event.previous == nil) != (sequence == 0) {
      throw .broken(event.id)
    }
    if let latest, event.at > latest { throw .future(event.at) }
    sequence += 1
    previous = ChainLink(sequence: sequence, id: event.id, at: event.at)
  }
}

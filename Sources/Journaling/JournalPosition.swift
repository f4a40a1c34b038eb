public import MLTBase

/// How far a reader has come in one writer's events.
public struct JournalPosition: Hashable, Sendable {
  /// The number of the last event that was read; 0 before the first.
  public var sequence: Int64
  /// The number of the first event of the segment that ``offset`` counts in; 0 if none is known.
  public var segment: Int64
  /// The unpacked bytes of that segment up to and with the event ``sequence``.
  public var offset: Int64
  /// The id of the last event that was read; nil if that isn't known.
  public var last: ContentID?

  /// Takes the parts, as a reader stored them.
  public init(sequence: Int64, segment: Int64, offset: Int64, last: ContentID? = nil) {
    self.sequence = sequence
    self.segment = segment
    self.offset = offset
    self.last = last
  }

  /// Before a writer's first event.
  public static let start = JournalPosition(sequence: 0, segment: 0, offset: 0)
}

/// How far one writer's events reach, as file names and sizes tell it.
public struct JournalTail: Hashable, Sendable {
  /// The writer.
  public let writer: WriterID
  /// The number of the last event in closed segments; 0 if there are none.
  public let closedThrough: Int64
  /// The number of the active segment's first event; nil if there is no active segment.
  public let activeFirst: Int64?
  /// The active segment's size in bytes; 0 if there is none.
  public let activeSize: Int64

  /// Tells whether there may be events after `position`.
  public func hasEvents(after position: JournalPosition) -> Bool {
    if closedThrough > position.sequence { return true }
    guard let activeFirst else { return false }
    return activeFirst == position.segment ? activeSize > position.offset : activeSize > 0
  }

  /// Tells whether `position` lies beyond what the files hold, as after a part of them was lost.
  public func isShort(of position: JournalPosition) -> Bool {
    if closedThrough >= position.sequence { return false }
    guard let activeFirst else { return true }
    return activeFirst == position.segment ? activeSize < position.offset : activeFirst > position.sequence + 1
  }
}

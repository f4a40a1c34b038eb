public import MLTBase
public import SystemPackage

/// One thing that a full check of a journal found wrong.
public enum JournalProblem: Hashable, Sendable {
  /// There is no usable event under this number; the last number, where several are concerned.
  case unusable(WriterID, sequence: Int64, EventError)
  /// An event doesn't name the event before it as its previous one.
  case brokenChain(WriterID, sequence: Int64, id: ContentID)
  /// An event isn't later than the event before it.
  case timeWentBack(WriterID, sequence: Int64, id: ContentID)
  /// The active segment ends in bytes that are no whole event; the next append sets them aside.
  case tornTail(WriterID, bytes: Int64)
  /// A crash left bytes that were set aside in this file of the writer's folder.
  case setAside(WriterID, file: String)
}

extension JournalProblem {
  /// The writer concerned.
  public var writer: WriterID {
    switch self {
    case .unusable(let writer, _, _), .brokenChain(let writer, _, _), .timeWentBack(let writer, _, _),
      .tornTail(let writer, _), .setAside(let writer, _):
      writer
    }
  }
}

extension JournalProblem: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .unusable(let writer, let sequence, let error): "event \(sequence) of writer '\(writer)': \(error)"
    case .brokenChain(let writer, let sequence, _):
      "event \(sequence) of writer '\(writer)' does not follow the event before it"
    case .timeWentBack(let writer, let sequence, _):
      "event \(sequence) of writer '\(writer)' is not later than the event before it"
    case .tornTail(let writer, let bytes): "journal of writer '\(writer)' ends in \(bytes) bytes that are no event"
    case .setAside(let writer, let file): "bytes of a torn event of writer '\(writer)' were set aside in '\(file)'"
    }
  }
}

/// Something that an append did beside appending.
public enum JournalNotice: Hashable, Sendable {
  /// A crash had left bytes that are no whole event; they were moved to this file of the writer's folder.
  case tornTailSetAside(WriterID, file: String, bytes: Int64)
  /// The folder is a copy of another or has moved; events go under a new writer's name from now on.
  case newWriterStarted(previous: WriterID, current: WriterID)
  /// The end of the writer's chain can't be read, so that nothing can follow it; events go under a new writer's name from
  /// now on.
  case chainAbandoned(previous: WriterID, current: WriterID, segment: FilePath)
  /// Somebody else had events under this clone's name; its own go under a new writer's name from now on.
  case nameGivenUp(previous: WriterID, current: WriterID)
  /// A full segment couldn't be closed and is appended to further; the next append tries again.
  case segmentNotClosed(WriterID, JournalError)
}

extension JournalNotice: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .tornTailSetAside(_, let file, let bytes): "set aside \(bytes) bytes of a torn event in '\(file)'"
    case .newWriterStarted(let previous, let current):
      "repository was copied or moved: writer '\(current)' takes over from '\(previous)'"
    case .chainAbandoned(let previous, let current, let segment):
      "journal segment '\(segment.text)' is damaged: writer '\(current)' takes over from '\(previous)'"
    case .nameGivenUp(let previous, let current):
      "a remote has events of writer '\(previous)' that aren't here, as if this clone was set back: writer '\(current)' takes over"
    case .segmentNotClosed(_, let error): "a full journal segment could not be closed: \(error)"
    }
  }
}

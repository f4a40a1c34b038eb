public import MLTBase
public import SystemPackage

/// Why a journal can't be read or appended to.
public enum JournalError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemCallError)
  /// The folder holds no journal.
  case missing(FilePath)
  /// The repository's format is newer than this code.
  case unsupportedVersion(found: Int64, supported: Int64)
  /// A small file that the journal depends on can't be understood.
  case malformed(FilePath)
  /// A fact makes a line that is too long.
  case lineTooLong(type: String, size: Int, limit: Int)
  /// The facts of one append are too large together.
  case batchTooLarge(size: Int, limit: Int)
  /// A fact has a field with the name of a common one.
  case fieldNameTaken(type: String, field: String)
  /// The writer's last event is at the end of representable time.
  case timeExhausted(WriterID)
  /// The closed segment that the next event must follow can't be read.
  case damagedSegment(FilePath)
  /// The compressor refused to work, with zlib's code.
  case compression(Int32)
}

extension JournalError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .missing(let path): "there is no journal in '\(path.text)'"
    case .unsupportedVersion(let found, let supported):
      "repository format \(found) is newer than the supported format \(supported)"
    case .malformed(let path): "file '\(path.text)' is malformed"
    case .lineTooLong(let type, let size, let limit):
      "event '\(type)' takes \(size) bytes, more than the limit of \(limit)"
    case .batchTooLarge(let size, let limit): "events take \(size) bytes together, more than the limit of \(limit)"
    case .fieldNameTaken(let type, let field): "event '\(type)' has a field named '\(field)', which all events have"
    case .timeExhausted(let writer): "the last event of writer '\(writer)' is at the end of time"
    case .damagedSegment(let path): "journal segment '\(path.text)' is damaged"
    case .compression(let code): "cannot compress a journal segment: zlib error \(code)"
    }
  }
}

/// Runs `body`, turning a system call's failure into a journal's.
func journaling<Result: ~Copyable>(_ body: () throws(SystemCallError) -> Result) throws(JournalError) -> Result {
  do throws(SystemCallError) {
    return try body()
  } catch {
    throw .system(error)
  }
}

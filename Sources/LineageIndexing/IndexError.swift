internal import GRDB
public import Journaling
public import MLTBase

/// Why the index can't answer.
public enum IndexError: Error, Hashable, Sendable {
  /// SQLite failed, with its extended result code and message; the statement's values are left out.
  case database(code: Int32, message: String)
  /// The journal that the index is a view of can't be read.
  case journal(JournalError)
  /// The journal no longer holds what the index had read.
  case stale
  /// A system call failed.
  case system(SystemCallError)

  init(_ error: DatabaseError) {
    self = .database(code: error.extendedResultCode.rawValue, message: error.message ?? "\(error.resultCode)")
  }

  /// Whether other processes kept the index busy for so long that waiting was given up.
  public var meansContention: Bool {
    guard case .database(let code, _) = self else { return false }
    return switch ResultCode(rawValue: code).primaryResultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: true
    default: false
    }
  }

  /// Whether the disk is full; SQLite's shared memory is a file, too.
  public var meansNoRoom: Bool {
    guard case .database(let code, _) = self else { return false }
    return switch ResultCode(rawValue: code) {
    case .SQLITE_FULL, .SQLITE_IOERR_SHMSIZE: true
    default: false
    }
  }

  /// Whether the file is no index or one that can't be trusted, so that making it again helps.
  public var meansDamage: Bool {
    guard case .database(let code, _) = self else { return false }
    switch ResultCode(rawValue: code) {
    case .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_CORRUPTFS, .SQLITE_CANTOPEN_ISDIR: return true
    case .SQLITE_IOERR: return false
    default: break
    }
    // SQLITE_ERROR and the like arise where tables or columns aren't what the schema says, or rows contradict it.
    return switch ResultCode(rawValue: code).primaryResultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_FORMAT, .SQLITE_MISMATCH, .SQLITE_CONSTRAINT: true
    default: false
    }
  }
}

extension IndexError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .database(let code, let message): "index failed: \(message) (SQLite \(code))"
    case .journal(let error): "\(error)"
    case .stale: "index does not match the journal"
    case .system(let error): "\(error)"
    }
  }
}

/// Runs `body`, turning what it throws into an ``IndexError``.
func indexing<Result>(_ body: () throws -> Result) throws(IndexError) -> Result {
  do {
    return try body()
  } catch let error as IndexError {
    throw error
  } catch let error as DatabaseError {
    throw IndexError(error)
  } catch let error as JournalError {
    throw .journal(error)
  } catch is StaleIndex {
    throw .stale
  } catch let error as SystemCallError {
    throw .system(error)
  } catch {
    // GRDB has a few errors of its own; they mean that a row isn't what the schema says.
    throw .database(code: ResultCode.SQLITE_CORRUPT.rawValue, message: "\(type(of: error))")
  }
}

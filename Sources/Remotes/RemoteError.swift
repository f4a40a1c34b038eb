public import Journaling
public import MLTBase
public import ObjectStorage

/// Why sharing through a remote failed.
public enum RemoteError: Error, Hashable, Sendable {
  /// The remote couldn't be reached, read or written.
  case transport(TransportError)
  /// This clone's store couldn't be read or written.
  case storage(StorageError)
  /// This clone's journal couldn't be read or written.
  case journal(JournalError)
  /// There is no remote, but there may be other files.
  case notARemote
  /// A file of the remote breaks a rule of the format.
  case malformed(RemoteName)
  /// A newer version of this program made the remote, or a pack in it.
  case unsupportedVersion(RemoteName, found: Int64, supported: Int64)
  /// The remote went on changing while it was looked at.
  case unsettled
  /// The caller asked to stop.
  case cancelled
}

extension RemoteError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .transport(let error): error.description
    case .storage(let error): error.description
    case .journal(let error): error.description
    case .notARemote: "there is no remote"
    case .malformed(let name): "file '\(name)' of the remote is malformed"
    case .unsupportedVersion(let name, let found, let supported):
      "file '\(name)' of the remote has format \(found), newer than the supported format \(supported)"
    case .unsettled: "the remote keeps changing"
    case .cancelled: "cancelled"
    }
  }
}

/// Something wrong in a remote that didn't keep an operation from doing the rest.
public enum RemoteProblem: Hashable, Sendable {
  /// A pack that is passed over.
  case pack(RemoteName, RemoteError)
  /// An object whose bytes aren't what they must be, wherever the remote has them.
  case object(ContentID, RemoteName, Corruption)
  /// A file whose list of chunks makes something else.
  case file(ContentID)
  /// An object of this clone's that is damaged, and so wasn't shared.
  case local(StorageError)
  /// The events of a writer from a number on can't be taken over from the remote.
  case fetched(WriterID, sequence: Int64, ChainFault)
  /// The events of a writer from a number on aren't pushed.
  case pushed(WriterID, sequence: Int64, ChainFault)
  /// A list of packs that can't be understood.
  case list(RemoteName)
}

extension RemoteProblem: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .pack(let name, let error): "cannot use '\(name)' of the remote: \(error)"
    case .object(let id, let name, let corruption): "object '\(id.short)' in '\(name)' of the remote: \(corruption)"
    case .file(let id): "file '\(id.short)' of the remote is not what it claims to be"
    case .local(let error): error.description
    case .fetched(let writer, let sequence, let fault):
      "cannot take over event \(sequence) of writer '\(writer)': \(fault)"
    case .pushed(let writer, let sequence, let fault): "cannot push event \(sequence) of writer '\(writer)': \(fault)"
    case .list(let name): "list '\(name)' of the remote is malformed"
    }
  }
}

/// Runs a call to the transport.
func reaching<Result>(_ body: () throws(TransportError) -> Result) throws(RemoteError) -> Result {
  do { return try body() } catch { throw .transport(error) }
}

/// Runs a call to this clone's store.
func storing<Result>(_ body: () throws(StorageError) -> Result) throws(RemoteError) -> Result {
  do { return try body() } catch { throw .storage(error) }
}

/// Runs a call to this clone's journal.
func journaling<Result>(_ body: () throws(JournalError) -> Result) throws(RemoteError) -> Result {
  do { return try body() } catch { throw .journal(error) }
}

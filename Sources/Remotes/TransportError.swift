public import MLTBase
public import SystemPackage

/// Why a remote couldn't be reached, read or written.
public enum TransportError: Error, Hashable, Sendable {
  /// The remote's folder isn't there, or isn't there any more.
  case noFolder(FilePath)
  /// There is no such file.
  case missing(RemoteName)
  /// A file ends before the bytes that were asked for.
  case truncated(RemoteName)
  /// Something else is in the place of a file, or of a folder above it: a symbolic link, most likely. It isn't followed.
  case notAFile(RemoteName)
  /// A file or range is larger than is ever needed.
  case tooLarge(RemoteName, limit: Int)
  /// A folder has more files than are ever read.
  case tooMany(RemoteFolder, limit: Int)
  /// The storage can only be read.
  case readOnly(SystemCallError)
  /// The storage is full.
  case full(SystemCallError)
  /// The storage doesn't permit it.
  case denied(SystemCallError)
  /// A system call failed for another reason.
  case system(SystemCallError)
  /// The program that was to reach the remote couldn't be started.
  case notStarted(SystemCallError)
  /// The other side ended the connection.
  case connectionLost
  /// The other side speaks another version of the protocol.
  case otherProtocol(version: UInt32)
  /// The other side doesn't speak the protocol; these are the first bytes that it sent.
  case notAServer([UInt8])
  /// The other side broke a rule of the protocol.
  case violation(WireFault)
}

/// Which rule of the protocol over a stream was broken.
public enum WireFault: Error, Hashable, Sendable {
  /// A frame is longer than any may be, or has no kind.
  case frameLength(UInt32)
  /// A frame of this kind can't come here.
  case unexpected(kind: UInt8)
  /// A frame's payload isn't what its kind says.
  case malformed(kind: UInt8)
  /// There are more or fewer bytes than were asked for.
  case wrongCount
}

extension TransportError {
  /// Sorts a system call's failure.
  init(_ error: SystemCallError) {
    self =
      switch error.errno {
      case .readOnlyFileSystem: .readOnly(error)
      case .noSpace, .diskQuotaExceeded: .full(error)
      case .permissionDenied, .notPermitted: .denied(error)
      default: .system(error)
      }
  }
}

extension TransportError: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .noFolder(let path): "there is no folder '\(path.text)'"
    case .missing(let name): "the remote has no file '\(name)'"
    case .truncated(let name): "file '\(name)' of the remote is shorter than it should be"
    case .notAFile(let name): "what is at '\(name)' in the remote is not a file in a folder"
    case .tooLarge(let name, let limit): "file '\(name)' of the remote is larger than \(limit) bytes"
    case .tooMany(let folder, let limit): "the remote has more than \(limit) files of one kind (\(folder))"
    case .readOnly(let error), .full(let error), .denied(let error), .system(let error), .notStarted(let error):
      error.description
    case .connectionLost: "the other side ended the connection"
    case .otherProtocol(let version): "the other side speaks version \(version) of the protocol"
    case .notAServer(let bytes): "the other side is no server of a remote: it sent '\(PathText.encode(bytes))'"
    case .violation(let fault): "the other side broke the protocol: \(fault)"
    }
  }
}

extension WireFault: CustomStringConvertible {
  /// A lower-case phrase for messages.
  public var description: String {
    switch self {
    case .frameLength(let length): "a frame of \(length) bytes"
    case .unexpected(let kind): "a frame of kind \(kind) that can't come here"
    case .malformed(let kind): "a malformed frame of kind \(kind)"
    case .wrongCount: "another number of bytes than was asked for"
    }
  }
}

/// A file of a remote as a listing shows it.
public struct RemoteEntry: Hashable, Sendable {
  /// The file's name.
  public var name: RemoteName
  /// The number of its bytes.
  public var size: Int64
  /// When it was last changed by the storage's clock, in nanoseconds since 1970.
  public var modified: Int64

  /// Takes the facts.
  public init(name: RemoteName, size: Int64, modified: Int64) {
    self.name = name
    self.size = size
    self.modified = modified
  }
}

/// Some bytes of a file of a remote.
public struct ReadRequest: Hashable, Sendable {
  /// The most bytes that one request may ask for.
  public static let sizeLimit = 512 << 20

  /// The file.
  public var name: RemoteName
  /// Where the bytes begin.
  public var offset: Int64
  /// How many they are.
  public var count: Int

  /// Takes the facts.
  public init(_ name: RemoteName, offset: Int64, count: Int) {
    self.name = name
    self.offset = offset
    self.count = count
  }
}

/// The few calls by which a remote's files are reached.
///
/// An object store can have them as well as a folder: nothing is renamed, changed or locked. Calls may come from several
/// threads at once. What a call gives is unchecked but for its form: names are names, and as many bytes come as were
/// asked for.
public protocol Transport: Sendable {
  /// Returns the files of a folder, in no order; none if the folder isn't there but the remote is.
  ///
  /// What has been put before the call is listed. Files that aren't a remote's are passed over.
  ///
  /// - Throws: ``TransportError/noFolder(_:)`` if the remote isn't there; ``TransportError/tooMany(_:limit:)``.
  func list(_ folder: RemoteFolder) throws(TransportError) -> [RemoteEntry]

  /// Reads some ranges, and gives the bytes to `body` in the order of the requests.
  ///
  /// - Parameters:
  ///   - requests: what to read.
  ///   - body: takes the request's position and its bytes, as many as were asked for; returns whether to go on. It must
  ///     not call the transport.
  /// - Throws: ``TransportError/missing(_:)`` if there is no such file, ``TransportError/truncated(_:)`` if it ends before
  ///   the range does.
  func read(_ requests: [ReadRequest], _ body: (Int, [UInt8]) -> Bool) throws(TransportError)

  /// Gives a new file its name, complete and durable, at once, if nothing has that name.
  ///
  /// - Returns: whether it did; false if there is such a file, which stays as it is.
  /// - Throws: ``TransportError``; the file may then be there or not, but never in part.
  func put(_ name: RemoteName, _ bytes: [UInt8]) throws(TransportError) -> Bool

  /// Deletes a file.
  ///
  /// - Throws: ``TransportError/missing(_:)`` if there is none.
  func delete(_ name: RemoteName) throws(TransportError)

  /// Returns the present by the clock that listings take times from, in nanoseconds since 1970.
  func present() throws(TransportError) -> Int64

  /// Removes what was left of puts that didn't come to their end and weren't written to since a time.
  func sweep(before time: Int64) throws(TransportError)
}

extension Transport {
  /// Returns a whole file of a size that is known.
  func read(_ name: RemoteName, size: Int64, limit: Int) throws(TransportError) -> [UInt8] {
    guard size <= limit, let count = Int(exactly: size) else { throw .tooLarge(name, limit: limit) }
    var bytes: [UInt8] = []
    try read([ReadRequest(name, offset: 0, count: count)]) { _, read in
      bytes = read
      return true
    }
    return bytes
  }
}

internal import Glibc
internal import Journaling
internal import MLTBase
public import SystemPackage

/// A remote in a folder: on this machine, or on a share.
///
/// Only names of a remote are ever opened, each from its folder's descriptor, and no symbolic link is followed but at the
/// folder's own path.
public struct FolderTransport: Transport {
  static let listLimit = 1 << 20
  static let temporaryFolder = "tmp"

  /// The folder.
  public let path: FilePath

  /// Takes the folder's path, without looking at it.
  public init(_ path: FilePath) {
    self.path = path
  }

  /// Makes the folder, and those above it that are missing.
  public func createFolder() throws(TransportError) {
    do throws(SystemCallError) {
      try FileOperations.createFolder(path)
    } catch {
      throw TransportError(error)
    }
  }

  // MARK: Listing

  /// Returns the files of a folder, as ``Transport/list(_:)`` says.
  public func list(_ folder: RemoteFolder) throws(TransportError) -> [RemoteEntry] {
    let root = try openRoot()
    var entries: [RemoteEntry] = []
    switch folder {
    case .packs: try list("packs", in: root, folder, writer: nil, &entries)
    case .retired: try list("retired", in: root, folder, writer: nil, &entries)
    case .journal:
      guard let journal = try openFolder("journal", in: root) else { return [] }
      for name in try names(of: journal) {
        guard let writer = WriterID(hex: name) else { continue }
        try list(name, in: journal, folder, writer: writer, &entries)
      }
    }
    return entries
  }

  private func list(
    _ name: String, in parent: FolderDescriptor, _ folder: RemoteFolder, writer: WriterID?,
    _ entries: inout [RemoteEntry]
  ) throws(TransportError) {
    guard let open = try openFolder(name, in: parent) else { return }
    for file in try names(of: open) {
      guard let name = RemoteName(file: file, in: folder, writer: writer) else { continue }
      let status: FileStatus?
      do throws(Errno) {
        status = try FileStatus(of: file, in: open.descriptor)
      } catch {
        throw failure("look at", name, error)
      }
      guard let status, status.kind == .regular else { continue }
      guard entries.count < Self.listLimit else { throw .tooMany(folder, limit: Self.listLimit) }
      entries.append(RemoteEntry(name: name, size: status.size, modified: status.modified))
    }
  }

  private func names(of folder: FolderDescriptor) throws(TransportError) -> [String] {
    do throws(SystemCallError) {
      return try folder.names(limit: Self.listLimit)
    } catch {
      throw TransportError(error)
    }
  }

  // MARK: Reading

  /// Reads some ranges, as ``Transport/read(_:_:)`` says.
  public func read(_ requests: [ReadRequest], _ body: (Int, [UInt8]) -> Bool) throws(TransportError) {
    var open: (name: RemoteName, file: FolderDescriptor)?
    for (number, request) in requests.enumerated() {
      if open?.name != request.name { open = (request.name, try openFile(request.name)) }
      guard let file = open?.file else { return }
      guard request.count >= 0, request.count <= ReadRequest.sizeLimit, request.offset >= 0,
        !request.offset.addingReportingOverflow(Int64(request.count)).overflow
      else { throw .tooLarge(request.name, limit: ReadRequest.sizeLimit) }
      if !body(number, try bytes(of: file, request)) { return }
    }
  }

  private func openFile(_ name: RemoteName) throws(TransportError) -> FolderDescriptor {
    let root = try openRoot()
    let (folders, file) = name.components
    var parent = root
    for folder in folders {
      guard let next = try openFolder(folder, in: parent, for: name) else { throw .missing(name) }
      parent = next
    }
    // Not to wait for somebody to open the other end, should it be a pipe.
    let descriptor = openat(parent.descriptor.rawValue, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("open", name, Errno(rawValue: errno)) }
    let opened = FolderDescriptor(descriptor, path: path, name.text)
    guard try status(of: opened).kind == .regular else { throw .notAFile(name) }
    return opened
  }

  private func status(of file: FolderDescriptor) throws(TransportError) -> FileStatus {
    do throws(SystemCallError) {
      return try FileStatus(of: file.descriptor, path: nil)
    } catch {
      throw TransportError(error)
    }
  }

  private func bytes(of file: FolderDescriptor, _ request: ReadRequest) throws(TransportError) -> [UInt8] {
    var failed: Errno?
    // Memory is taken for what is there, not for what was asked.
    guard try request.offset + Int64(request.count) <= status(of: file).size else { throw .truncated(request.name) }
    let bytes = [UInt8](unsafeUninitializedCapacity: request.count) { buffer, done in
      while done < request.count {
        let count = pread(
          file.descriptor.rawValue, buffer.baseAddress.map { $0 + done }, request.count - done,
          off_t(request.offset + Int64(done)))
        if count < 0, errno == EINTR { continue }
        if count < 0 { failed = Errno(rawValue: errno) }
        guard count > 0 else { return }
        done += count
      }
    }
    if let failed { throw failure("read", request.name, failed) }
    guard bytes.count == request.count else { throw .truncated(request.name) }
    return bytes
  }

  // MARK: Opening

  func openRoot() throws(TransportError) -> FolderDescriptor {
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    if descriptor >= 0 { return FolderDescriptor(descriptor, path: path) }
    let code = Errno(rawValue: errno)
    if code == .noSuchFileOrDirectory || code == .notDirectory { throw .noFolder(path) }
    throw TransportError(SystemCallError("open", path, code))
  }

  // Nil if there is no such folder.
  func openFolder(
    _ name: String, in parent: FolderDescriptor, for file: RemoteName? = nil
  ) throws(TransportError) -> FolderDescriptor? {
    let descriptor = openat(parent.descriptor.rawValue, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor >= 0 { return FolderDescriptor(descriptor, path: parent.path, name) }
    let code = Errno(rawValue: errno)
    if code == .noSuchFileOrDirectory { return nil }
    if let file { throw failure("open", file, code) }
    throw TransportError(SystemCallError("open", parent.path.appending(name), code))
  }

  func failure(_ operation: String, _ name: RemoteName, _ code: Errno) -> TransportError {
    switch code {
    case .noSuchFileOrDirectory: .missing(name)
    case .tooManySymbolicLinkLevels, .notDirectory, .isDirectory: .notAFile(name)
    default: TransportError(SystemCallError(operation, path.appending(name.text), code))
    }
  }
}

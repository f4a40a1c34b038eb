import Glibc
import Journaling
import MLTBase
import ObjectStorage
import Remotes
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Returns bytes that depend on the seed alone, and can't be compressed.
func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  var words = [UInt64](repeating: 0, count: (count + 7) / 8)
  for index in words.indices { words[index] = generator.next().littleEndian }
  return words.withUnsafeBytes { Array($0.prefix(count)) }
}

/// A clone's journal and store, without a work tree.
final class Clone: Sendable {
  let folder: FilePath
  let journal: Journal
  let store: ObjectStore

  init(_ folder: FilePath, clock: WallClock = .system) throws {
    self.folder = folder.appending(".mlt")
    try Journal.create(in: self.folder, host: "here")
    try ObjectStore.create(in: self.folder)
    journal = try Journal(folder: self.folder, host: "here", clock: clock)
    store = try ObjectStore(folder: self.folder)
  }

  var writer: WriterID {
    get throws {
      guard let writer = try journal.ownWriter() else { throw JournalError.missing(folder) }
      return writer
    }
  }

  /// Stores a file and writes down a fact that names it.
  @discardableResult
  func record(_ bytes: [UInt8]) throws -> ContentID {
    let id = try add(bytes)
    try note(id.hex)
    return id
  }

  func add(_ bytes: [UInt8]) throws -> ContentID {
    let writer = store.begin()
    let id = try writer.addBytes(bytes)
    try writer.finish()
    return id
  }

  /// Stores a folder of files.
  func add(_ files: [String: [UInt8]]) throws -> ContentID {
    let writer = store.begin()
    var entries: [TreeEntry] = []
    for (name, bytes) in files {
      let id = try writer.addBytes(bytes)
      entries.append(
        TreeEntry(mode: .file, content: id, size: Int64(bytes.count), count: 1, name: Array(name.utf8)))
    }
    let id = try writer.addTree(try Tree(entries: entries))
    try writer.finish()
    return id
  }

  func note(_ text: String) throws {
    try journal.append(
      [RunAnnotated(run: RunID(hex: "00000000000000000000000000000001") ?? .random(), note: text, tags: [:])],
      durable: false)
  }

  /// The notes of all writers: for ``record(_:)``, the files that facts name.
  func notes() throws -> [String] {
    var notes: [String] = []
    for writer in try journal.writers() {
      try journal.read(writer: writer) { element, _ in
        if let fact = try? element.get().fact(RunAnnotated.self), let note = fact.note { notes.append(note) }
      }
    }
    return notes.sorted()
  }

  func namedFiles() throws -> [ContentID] { try notes().compactMap { ContentID(hex: $0) } }

  func remote(_ transport: any Transport, clock: WallClock = .system) throws -> Remote {
    try Remote(transport, cache: folder.appending("remotes"), clock: clock)
  }

  @discardableResult
  func push(_ transport: any Transport) throws -> PushReport {
    let extent = try journal.extent()
    return try remote(transport).push(try namedFiles(), from: store, journal, through: extent)
  }

  /// Takes over all facts and all files that they name.
  @discardableResult
  func pull(_ transport: any Transport) throws -> (JournalFetchReport, ObjectFetchReport) {
    let remote = try remote(transport)
    let facts = try remote.fetchJournals(into: journal)
    return (facts, try remote.fetchObjects(try namedFiles(), into: store))
  }

  func bytes(_ id: ContentID) throws -> [UInt8] { try store.contents(of: id, limit: 64 << 20) }
}

/// The ways to reach a folder's remote that the suites run through.
enum Reach: String, CaseIterable, Sendable {
  case folder
  case stream
}

/// Runs `body` with a transport to a folder; a server for it has ended when this returns.
func withTransport<Result>(_ reach: Reach, _ folder: FilePath, _ body: (any Transport) throws -> Result) throws
  -> Result
{
  switch reach {
  case .folder: return try body(FolderTransport(folder))
  case .stream: return try withStream(to: FolderTransport(folder), body)
  }
}

/// Runs `body` with a stream to a server of `transport`.
func withStream<Result>(
  to transport: any Transport, _ body: (StreamTransport) throws -> Result
) throws -> Result {
  var ends: [CInt] = [-1, -1]
  guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw Errno(rawValue: errno) }
  let (near, far) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  let server = TestThread {
    // How the connection ended is for the other end to see.
    try? TransportServer(transport, input: far, output: far).run()
    try? far.close()
  }
  defer {
    try? near.close()
    server.join()
  }
  return try body(try StreamTransport(input: near, output: near))
}

/// Makes a remote in a folder.
func makeRemote(in folder: FilePath) throws -> FolderTransport {
  let transport = FolderTransport(folder.appending("remote"))
  try transport.createFolder()
  try Remote.create(transport)
  return transport
}

/// Waits until the storage's clock has gone on, so that all there is is older than what comes.
func letTimePass(_ transport: any Transport) throws {
  let now = try transport.present()
  while try transport.present() <= now {}
}

func files(_ folder: FilePath) throws -> [FilePath] {
  var found: [FilePath] = []
  for name in try FileOperations.names(in: folder) {
    let path = folder.appending(name)
    if try FileStatus(at: path)?.kind == .directory { found += try files(path) } else { found.append(path) }
  }
  return found
}

extension Transport {
  /// Puts a file that must not be there yet.
  func putNew(_ name: RemoteName, _ bytes: [UInt8]) throws {
    let isPut = try put(name, bytes)
    #expect(isPut)
  }

  /// Some bytes of a file.
  func bytes(_ name: RemoteName, _ offset: Int64, _ count: Int) throws -> [UInt8] {
    var result: [UInt8] = []
    try read([ReadRequest(name, offset: offset, count: count)]) { _, bytes in
      result = bytes
      return true
    }
    return result
  }
}

extension HandmadePack {
  /// Puts the pack under its right name.
  func put(into transport: any Transport) throws {
    let (id, bytes) = built()
    _ = try transport.put(.pack(id), bytes)
  }
}

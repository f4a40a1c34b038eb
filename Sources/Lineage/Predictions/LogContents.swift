internal import Glibc
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
internal import PredictionLogs
internal import SystemPackage

/// A log's bytes, wherever they are: in the store, in git, or in the work tree.
struct LogContents: RandomAccessBytes {
  private enum Place {
    case stored(ObjectStore, ContentID, FileReading)
    case memory(BytesInMemory)
    case file(OpenFile)
  }

  private let place: Place
  private static let pieceLength = 1 << 20

  /// The bytes of a stored content.
  init(_ content: ContentID, in store: ObjectStore) throws {
    place = .stored(store, content, try store.reading(content))
  }

  /// Bytes in memory.
  init(_ bytes: [UInt8]) {
    place = .memory(BytesInMemory(bytes))
  }

  /// The bytes of a file that is known to have the wanted content.
  init(fileAt path: FilePath) throws {
    place = .file(try OpenFile(path))
  }

  var size: Int64 {
    switch place {
    case .stored(_, _, let bytes): bytes.size
    case .memory(let bytes): bytes.size
    case .file(let file): file.size
    }
  }

  func read(at offset: Int64, count: Int) throws -> [UInt8] {
    switch place {
    case .stored(_, _, let bytes): try bytes.read(at: offset, count: count)
    case .memory(let bytes): bytes.read(at: offset, count: count)
    case .file(let file): try file.read(at: offset, count: count)
    }
  }

  /// Gives all bytes to `body`, piece by piece.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if case .stored(let store, let content, _) = place { return try store.readFile(content, body) }
    var offset: Int64 = 0
    while true {
      let piece = try read(at: offset, count: Self.pieceLength)
      if piece.isEmpty { return }
      try piece.withUnsafeBytes(body)
      offset += Int64(piece.count)
    }
  }
}

extension Workspace {
  /// A log's bytes; what is missing here is fetched from the default remote.
  ///
  /// - Throws: ``WorkspaceError/absentContent(_:path:)`` if nobody has them.
  func logContents(_ artifact: ArtifactRecord) throws -> LogContents {
    guard let content = artifact.content else {
      throw WorkspaceError.unsuitablePointer(artifact.path, wanted: .file)
    }
    switch try fetchingMissing({ [artifact] }, { try bytesAreAvailable(content, artifact) }) {
    case .store: return try LogContents(content, in: store)
    case .git(let bytes): return LogContents(bytes)
    case .workTree:
      guard let path = WorkPath(text: artifact.path) else {
        throw WorkspaceError.absentContent(content, path: artifact.path)
      }
      return try LogContents(fileAt: path.filePath(in: root))
    }
  }

  /// The contents of all logs whose bytes are here.
  func storedPredictionLogs() throws -> Set<ContentID> {
    let store = try store
    return Set(try index.predictionLogs().map(\.content).filter { try store.containsFile($0) })
  }
}

extension LogLayout {
  /// How a fact says that the rows are read; nil for a format that a newer version has added.
  init?(_ columns: PredictionsLogged.Columns) {
    let format: LogFormat
    switch columns.format {
    case "table":
      guard let delimiter = columns.delimiter?.utf8.first else { return nil }
      format = .table(delimiter: delimiter)
    case "json-lines": format = .jsonLines
    default: return nil
    }
    self.init(
      format: format, isCompressed: columns.isCompressed, key: columns.key, time: columns.time, model: columns.model,
      inputs: columns.inputs, outputs: columns.outputs)
  }

  /// The same as facts say it.
  var columns: PredictionsLogged.Columns {
    var columns = PredictionsLogged.Columns(
      format: "json-lines", isCompressed: isCompressed, key: key, time: time, model: model, inputs: inputs,
      outputs: outputs)
    if case .table(let delimiter) = format {
      columns.format = "table"
      columns.delimiter = String(UnicodeScalar(delimiter))
    }
    return columns
  }
}

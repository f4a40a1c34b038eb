internal import MLTBase
internal import SystemPackage

/// Writes one pack: objects as they come, then the index.
final class PackWriter {
  /// A pack ends when it has grown past this.
  static let targetLength = 64 << 20
  /// A pack of many small objects ends when it has this many.
  static let targetCount = 1 << 18

  private let file: TemporaryPackFile
  private let packsFolder: FilePath
  private var records: [PackFormat.Record] = []
  private let pipeline: PackPipeline
  private var buffer: MemoryBlock
  private var buffered = 0
  private var length = 0

  /// Begins a pack that will be put into `packsFolder`.
  init(temporaryFolder: FilePath, packsFolder: FilePath, pipeline: PackPipeline) throws(SystemCallError) {
    file = try TemporaryPackFile(in: temporaryFolder)
    self.packsFolder = packsFolder
    self.pipeline = pipeline
    buffer = pipeline.takeBlock()
    try append(PackFormat.header())
  }

  /// Whether the pack should be finished and another begun.
  var isFull: Bool { length >= Self.targetLength || records.count >= Self.targetCount }

  /// Adds an object's stored bytes.
  func append(
    _ key: ObjectKey, codec: PackFormat.Codec, stored bytes: UnsafeRawBufferPointer, rawLength: Int
  ) throws(SystemCallError) {
    let record = PackFormat.Record(
      key: key, codec: codec, storedLength: bytes.count, rawLength: rawLength, offset: length)
    try append(bytes)
    records.append(record)
  }

  /// Writes the index and returns the pack.
  ///
  /// - Parameter isLast: whether to wait until this pack and those before it are durable and visible; otherwise they
  ///   are when the pipeline finishes.
  func finish(isLast: Bool) throws(SystemCallError) -> Pack {
    records.sort { $0.key < $1.key }
    let indexOffset = length
    var bytes: [UInt8] = []
    bytes.reserveCapacity(records.count * PackFormat.recordLength)
    for record in records { PackFormat.append(record, to: &bytes) }
    let checksum = ContentHasher.contentID(of: bytes)
    try append(bytes)
    try append(PackFormat.trailer(indexOffset: indexOffset, recordCount: records.count, checksum: checksum))
    let path = packsFolder.appending(Pack.fileName(checksum))
    if isLast {
      try pipeline.finish()
      try file.write(buffer.prefix(buffered))
      try file.publish(as: path)
    } else {
      try flush()
      try pipeline.publish(file, as: path)
    }
    let block = MemoryBlock(count: max(1, bytes.count))
    block.bytes.copyBytes(from: bytes)
    guard let index = PackIndex(block, count: records.count, indexOffset: indexOffset) else {
      preconditionFailure("the writer keeps the format's rules")
    }
    return Pack(path: path, id: checksum, index: index)
  }

  /// Removes what was written.
  func discard() {
    pipeline.drain()
    file.discard()
  }

  private func append(_ bytes: [UInt8]) throws(SystemCallError) {
    let block = MemoryBlock(count: max(1, bytes.count))
    block.bytes.copyBytes(from: bytes)
    try append(block.prefix(bytes.count))
  }

  private func append(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
    length += bytes.count
    var rest = bytes
    while !rest.isEmpty {
      if buffered == buffer.bytes.count { try flush() }
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(buffer.bytes.count - buffered))
      UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[buffered...]).copyMemory(from: piece)
      buffered += piece.count
      rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
    }
  }

  private func flush() throws(SystemCallError) {
    guard buffered > 0 else { return }
    try pipeline.write(buffer, count: buffered, to: file)
    buffer = pipeline.takeBlock()
    buffered = 0
  }
}

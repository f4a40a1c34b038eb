internal import MLTBase
internal import SystemPackage

/// Writes one pack: objects as they come, then the index.
final class PackWriter {
  /// A pack ends when it has grown past this.
  static let targetLength = 64 << 20
  /// A pack of many small objects ends when it has this many.
  static let targetCount = 1 << 18

  private static let bufferLength = 1 << 20

  private let file: TemporaryPackFile
  private let packsFolder: FilePath
  private var records: [PackFormat.Record] = []
  private var buffer = MemoryBlock(count: bufferLength)
  private var buffered = 0
  private var length = 0

  /// Begins a pack that will be put into `packsFolder`.
  init(temporaryFolder: FilePath, packsFolder: FilePath) throws(SystemCallError) {
    file = try TemporaryPackFile(in: temporaryFolder)
    self.packsFolder = packsFolder
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

  /// Writes the index, makes all durable and visible, and returns the pack.
  func finish() throws(SystemCallError) -> Pack {
    records.sort { $0.key < $1.key }
    let indexOffset = length
    var bytes: [UInt8] = []
    bytes.reserveCapacity(records.count * PackFormat.recordLength)
    for record in records { PackFormat.append(record, to: &bytes) }
    let checksum = ContentHasher.contentID(of: bytes)
    try append(bytes)
    try append(PackFormat.trailer(indexOffset: indexOffset, recordCount: records.count, checksum: checksum))
    try flush()
    let path = packsFolder.appending(Pack.fileName(checksum))
    try file.publish(as: path)
    let block = MemoryBlock(count: max(1, bytes.count))
    block.bytes.copyBytes(from: bytes)
    guard let index = PackIndex(block, count: records.count, indexOffset: indexOffset) else {
      preconditionFailure("the writer keeps the format's rules")
    }
    return Pack(path: path, index: index)
  }

  /// Removes what was written.
  func discard() {
    file.discard()
  }

  private func append(_ bytes: [UInt8]) throws(SystemCallError) {
    let block = MemoryBlock(count: max(1, bytes.count))
    block.bytes.copyBytes(from: bytes)
    try append(block.prefix(bytes.count))
  }

  private func append(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
    length += bytes.count
    if buffered + bytes.count > Self.bufferLength { try flush() }
    if bytes.count >= Self.bufferLength / 4 {
      // Copying large pieces costs more than the call that it saves.
      try flush()
      try file.write(bytes)
    } else {
      UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[buffered...]).copyMemory(from: bytes)
      buffered += bytes.count
    }
  }

  private func flush() throws(SystemCallError) {
    guard buffered > 0 else { return }
    let bytes = buffer.prefix(buffered)
    buffered = 0
    try file.write(bytes)
  }
}

internal import MLTBase
internal import SystemPackage

/// The removal of packs from the store, all of them or none: `packs/retired` of the format page.
struct Retirement {
  /// What becomes of a pack's file.
  enum Fate: String {
    /// It is removed.
    case remove
    /// It is kept in another folder, for a look: it is damaged.
    case aside
  }

  private static let fileName = "retired"
  private static let header = "mlt retired 1"
  // A million packs hold 64 TiB.
  private static let sizeLimit = 128 << 20
  /// The folder, beside the packs, of those that are set aside.
  static let damagedFolder = "damaged"

  /// The packs, by name.
  private(set) var fates: [String: Fate] = [:]

  /// Takes the packs and what is to become of them.
  init(_ fates: [String: Fate]) {
    self.fates = fates
  }

  /// Whether there is a list of packs that may not all be gone yet.
  static func isPending(in packsFolder: FilePath) throws(SystemCallError) -> Bool {
    try FileStatus(at: packsFolder.appending(fileName)) != nil
  }

  /// Reads the list of packs that aren't part of the store any more.
  ///
  /// A list that breaks the format's rules names none. That loses nothing: before a list is put in place, all that is to
  /// stay was copied out of the packs it names.
  init(in packsFolder: FilePath) throws(SystemCallError) {
    let path = packsFolder.appending(Self.fileName)
    guard let status = try FileStatus(at: path), status.kind == .regular, status.size <= Self.sizeLimit,
      let bytes = try FileOperations.contents(of: path, limit: Self.sizeLimit)
    else { return }
    fates = Self.parse(bytes) ?? [:]
  }

  private static func parse(_ bytes: [UInt8]) -> [String: Fate]? {
    guard bytes.last == 0x0A, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 2, lines.first?[...] == header[...], let end = lines.popLast() else { return nil }
    var fates: [String: Fate] = [:]
    for line in lines.dropFirst() {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 2, let fate = Fate(rawValue: String(words[0])), Pack.isFileName(String(words[1])) else {
        return nil
      }
      guard fates.updateValue(fate, forKey: String(words[1])) == nil else { return nil }
    }
    return end == "end \(fates.count)" ? fates : nil
  }

  private var bytes: [UInt8] {
    let lines = fates.sorted { $0.key < $1.key }.map { "\($0.value.rawValue) \($0.key)\n" }
    return Array((Self.header + "\n" + lines.joined() + "end \(fates.count)\n").utf8)
  }

  /// Takes the packs out of the store and then away; the caller has the store's lock alone.
  func run(in packsFolder: FilePath) throws(SystemCallError) {
    guard !fates.isEmpty else { return }
    let temporary = try TemporaryPackFile(in: packsFolder.removingLastComponent().appending("tmp"))
    let bytes = bytes
    let block = MemoryBlock(count: bytes.count)
    block.bytes.copyBytes(from: bytes)
    try temporary.write(block.prefix(bytes.count))
    // From here on readers leave the packs out. A crash leaves the list, and who takes the lock next goes on.
    try temporary.put(at: packsFolder.appending(Self.fileName))
    try Self.complete(in: packsFolder)
  }

  /// Goes on with a removal that was interrupted, if there is one; the caller has the store's lock alone.
  static func complete(in packsFolder: FilePath) throws(SystemCallError) {
    guard try isPending(in: packsFolder) else { return }
    let list = try Retirement(in: packsFolder)
    let aside = packsFolder.removingLastComponent().appending(damagedFolder)
    if list.fates.values.contains(.aside) { try FileOperations.createFolder(aside) }
    for (name, fate) in list.fates.sorted(by: { $0.key < $1.key }) {
      let path = packsFolder.appending(name)
      do throws(SystemCallError) {
        switch fate {
        case .remove: try FileOperations.remove(path)
        case .aside: try FileOperations.rename(path, to: aside.appending(name))
        }
      } catch {
        guard error.errno == .noSuchFileOrDirectory else { throw error }  // gone before the interruption
      }
    }
    if list.fates.values.contains(.aside) { try FileOperations.synchronizeFolder(aside) }
    // The packs must be gone for good before the list is: else a power failure could bring some of them back.
    try FileOperations.synchronizeFolder(packsFolder)
    try FileOperations.remove(packsFolder.appending(fileName))
    try FileOperations.synchronizeFolder(packsFolder)
  }
}

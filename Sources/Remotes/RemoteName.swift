public import Journaling
public import MLTBase

/// The folders of a remote that can be listed.
public enum RemoteFolder: UInt8, CaseIterable, Hashable, Sendable {
  /// The packs of objects.
  case packs = 0
  /// The segments of all writers' journals.
  case journal = 1
  /// The lists of packs that will be deleted.
  case retired = 2
}

/// The name of a file of a remote; there are no others.
///
/// What a remote says is read into one of these, and paths are made of these alone.
public enum RemoteName: Hashable, Sendable {
  /// Which version the remote has, and which remote it is.
  case format
  /// The pack whose index has this hash.
  case pack(ContentID)
  /// The events of a writer from one number to another.
  case segment(WriterID, first: Int64, last: Int64)
  /// A list of packs that will be deleted.
  case retired(RemoteToken)

  /// The folder that the file is in; nil for the remote's own.
  public var folder: RemoteFolder? {
    switch self {
    case .format: nil
    case .pack: .packs
    case .segment: .journal
    case .retired: .retired
    }
  }

  /// The names of the folders that the file is in, outermost first, and its own.
  var components: (folders: [String], file: String) {
    switch self {
    case .format: ([], "format")
    case .pack(let id): (["packs"], id.hex + ".pack")
    case .segment(let writer, let first, let last):
      (["journal", writer.hex], SegmentName(first: first, last: last).name)
    case .retired(let token): (["retired"], token.hex + ".packs")
    }
  }

  /// The name as text, with slashes.
  public var text: String {
    let (folders, file) = components
    return (folders + [file]).joined(separator: "/")
  }

  /// Reads a name; nil for anything that isn't one.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("format", 1): self = .format
    case ("packs", 2): self.init(file: parts[1], in: .packs, writer: nil)
    case ("retired", 2): self.init(file: parts[1], in: .retired, writer: nil)
    case ("journal", 3): self.init(file: parts[2], in: .journal, writer: WriterID(hex: parts[1]))
    default: return nil
    }
  }

  /// Reads a file's name in a folder, of a writer's where that is the journal.
  init?(file: some StringProtocol, in folder: RemoteFolder, writer: WriterID?) {
    switch folder {
    case .packs:
      guard file.hasSuffix(".pack"), let id = ContentID(hex: file.dropLast(5)) else { return nil }
      self = .pack(id)
    case .retired:
      guard file.hasSuffix(".packs"), let token = RemoteToken(hex: file.dropLast(6)) else { return nil }
      self = .retired(token)
    case .journal:
      let segment = Array(file.utf8).withUnsafeBytes { SegmentName($0) }
      guard let writer, let segment, let last = segment.last else { return nil }
      self = .segment(writer, first: segment.first, last: last)
    }
  }
}

extension RemoteName: CustomStringConvertible {
  /// The same as ``text``.
  public var description: String { text }
}

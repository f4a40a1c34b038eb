public import Journaling
public import MLTBase
internal import SystemPackage

/// How far a clone was looked through for what a remote lacks: a push needs to look at what came since.
///
/// It is kept beside the copies of the remote's indexes, and worth no more than those: without it a push takes longer and does
/// the same.
public struct PushMark: Hashable, Sendable {
  /// The events that were looked at.
  public var extent: JournalExtent
  /// The packs of the clone's store that were looked at.
  public var packs: Set<ContentID>
  // The packs that the remote had at that time: when one is gone, so may be what was in it.
  var remotePacks: Set<ContentID> = []

  /// Takes what was looked at.
  public init(extent: JournalExtent, packs: Set<ContentID>) {
    self.extent = extent
    self.packs = packs
  }
}

extension Remote {
  /// How far was looked for what belongs to `label`; nil if nobody has, or if the remote has lost a pack since.
  ///
  /// - Throws: ``RemoteError`` if the remote's packs can't be listed.
  public func mark(_ label: String) throws(RemoteError) -> PushMark? {
    guard let mark = index.mark(label) else { return nil }
    return try mark.remotePacks.isSubset(of: index.refresh(transport).liveNames) ? mark : nil
  }

  /// Keeps how far was looked, after a push that left nothing out; what can't be kept is looked at again.
  ///
  /// - Throws: ``RemoteError`` if the remote's packs can't be listed.
  public func keep(_ mark: PushMark, _ label: String) throws(RemoteError) {
    var mark = mark
    mark.remotePacks = try index.current(transport).liveNames
    if index.mark(label) != mark { index.keep(mark, label) }
  }
}

extension RemoteIndex {
  // Larger ones cost more than they save.
  private static let markLimit = 16 << 20

  private func path(_ label: String) -> FilePath {
    let name = Array(label.utf8).withUnsafeBytes { ContentHasher.contentID(of: $0) }
    return cache.appending(name.hex + ".mark")
  }

  func mark(_ label: String) -> PushMark? {
    guard let bytes = try? FileOperations.contents(of: path(label), limit: Self.markLimit),
      let fields = try? JSON(parsing: bytes).object, fields["format"]?.int == 1,
      let events = fields["events"]?.object, let packs = Self.ids(fields["packs"]),
      let remotePacks = Self.ids(fields["remote_packs"])
    else { return nil }
    var extent = JournalExtent()
    for member in events.members {
      guard let writer = WriterID(hex: member.key), let last = member.value.int else { return nil }
      extent.numbers[writer] = last
    }
    var mark = PushMark(extent: extent, packs: packs)
    mark.remotePacks = remotePacks
    return mark
  }

  private static func ids(_ value: JSON?) -> Set<ContentID>? {
    guard let array = value?.array else { return nil }
    var ids: Set<ContentID> = []
    for element in array {
      guard let id = element.string.flatMap({ ContentID(hex: $0) }) else { return nil }
      ids.insert(id)
    }
    return ids
  }

  func keep(_ mark: PushMark, _ label: String) {
    let events = mark.extent.numbers.map { ($0.key.hex, JSON.int($0.value)) }
    let fields: JSONObject = [
      "events": .object(JSONObject(Dictionary(events) { $1 })), "format": 1, "label": .string(label),
      "packs": .array(mark.packs.sorted().map { .string($0.hex) }),
      "remote_packs": .array(mark.remotePacks.sorted().map { .string($0.hex) }),
    ]
    try? FileOperations.createFolder(cache)
    try? FileOperations.replace(path(label), with: JSON.object(fields).canonicalBytes, sync: false)
  }
}

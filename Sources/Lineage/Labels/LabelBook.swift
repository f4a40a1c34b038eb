internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage

/// Which labels stand where, for finding them on what runs read and wrote.
///
/// A label on a file stands on its content, wherever that is; one on a folder stands on the contents of the files in it. A label
/// on a path stands on whatever is at the path or below it.
struct LabelBook {
  /// The labels that stand on something, as they were put there.
  let marks: [RecordedChange]
  /// The retracted labels.
  let retractions: [String: RecordedChange]
  private var bySubject: [Subject: [RecordedChange]] = [:]
  private var byPath: [(path: WorkPath, mark: RecordedChange)] = []
  private var byURI: [String: [RecordedChange]] = [:]

  /// Takes labels, and looks into the folders that they stand on.
  ///
  /// A folder whose listing isn't here has its label as a whole.
  init(_ marks: [RecordedChange], _ retractions: [RecordedChange], store: ObjectStore) throws {
    self.marks = marks
    var retracted: [String: RecordedChange] = [:]
    for change in retractions {
      if case .label(let name) = change.subject { retracted[name] = change }
    }
    self.retractions = retracted
    for mark in marks {
      guard let artifact = mark.artifact else { continue }
      guard let content = artifact.content else {
        if artifact.path.contains("://") {
          byURI[artifact.path, default: []].append(mark)
        } else if let path = WorkPath(text: artifact.path) {
          byPath.append((path, mark))
        }
        continue
      }
      bySubject[mark.subject, default: []].append(mark)
      if artifact.kind == .tree, let folder = WorkPath(text: artifact.path), try store.containsTree(content) {
        try TreeFiles.entries(of: content, at: folder, store) { path, entry in
          bySubject[Subject(Workspace.record(of: entry, at: path)), default: []].append(mark)
        }
      }
    }
  }

  /// Whether no label stands anywhere.
  var isEmpty: Bool { marks.isEmpty }

  /// What labels stand on an artifact itself, each once.
  func marks(on artifact: ArtifactRecord, _ finder: OriginFinder) throws -> [RecordedChange] {
    var found = bySubject[Subject(artifact)] ?? []
    if artifact.kind == .uri { found += byURI[artifact.path] ?? [] }
    let files = artifact.kind == .tree ? try artifact.content.flatMap { try finder.files(of: $0) } : nil
    if let path = WorkPath(text: artifact.path), artifact.kind != .uri {
      for (place, mark) in byPath {
        if path == place || path.isBelow(place) {
          found.append(mark)
        } else if artifact.kind == .tree, let names = place.components(below: path) {
          // Where nobody knows what the folder held, it may have held it.
          if files.map({ Self.holds($0, names) }) ?? true { found.append(mark) }
        }
      }
      for (name, content) in files ?? [:] {
        if let marks = bySubject[.content(content)] { found += marks }
        if let marks = bySubject[.place(path.appending(name).text, content)] { found += marks }
      }
    }
    var seen: Set<String> = []
    return found.sorted { ($0.name, $1.order) < ($1.name, $0.order) }.filter { seen.insert($0.name).inserted }
  }

  private static func holds(_ files: [[UInt8]: ContentID], _ names: [[UInt8]]) -> Bool {
    let name = Array(names.joined(separator: [0x2F]))
    return files[name] != nil || files.keys.contains { $0.starts(with: name + [0x2F]) }
  }
}

extension Workspace {
  /// The labels that stand somewhere, or only the retracted ones of them.
  func labelBook(onlyRetracted: Bool = false) throws -> LabelBook {
    let retractions = try index.retractions()
    if onlyRetracted, retractions.isEmpty { return try LabelBook([], [], store: store) }
    var marks = try index.labels()
    if onlyRetracted {
      let names = Set(retractions.compactMap { if case .label(let name) = $0.subject { name } else { nil } })
      marks.removeAll { !names.contains($0.name) }
    }
    return try LabelBook(marks, retractions, store: store)
  }
}

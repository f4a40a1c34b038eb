internal import FileTracing
internal import MLTBase
internal import SystemPackage

/// What a command did to each path, folded from its file accesses in the order they happened.
///
/// It holds a path by its real name, with symbolic links on the way resolved when the access is folded; the keeper
/// makes it fold before a link, or a file that was read, is changed or removed.
struct AccessLedger {
  /// What happened to one path so far.
  struct Entry {
    /// Whether something at the path was opened for reading or executed before the run wrote there.
    var wasRead = false
    /// Whether the run created, changed or replaced what is at the path.
    var wasWritten = false
    /// Whether the run executed it.
    var wasExecuted = false
    /// Whether something that the run hadn't written was removed or renamed away.
    var wasRemoved = false
    /// The content that was there before the run changed it.
    var before: ContentID?
    /// Whether ``before`` was asked for.
    var wasSaved = false
  }

  /// The entries by path, in the order of first access.
  private(set) var entries: [WorkPath: Entry] = [:]
  /// Symbolic links that were followed to a path inside the work tree.
  private(set) var links: Set<WorkPath> = []
  /// Paths of the environment that were read: interpreters, libraries, packages.
  private(set) var environment: Set<[UInt8]> = []
  /// Programs that were started, wherever they are.
  private(set) var programs: Set<[UInt8]> = []
  /// Programs that need privileges which following takes away.
  private(set) var privileged: Set<[UInt8]> = []
  /// What couldn't be followed.
  private(set) var blindSpots: Set<AccessEvent.Elsewhere> = []
  /// Where files that the run hadn't written were moved to, by their old path.
  private(set) var moves: [WorkPath: WorkPath] = [:]
  /// Folders that the run made.
  private(set) var createdFolders: Set<WorkPath> = []

  private let root: [UInt8]
  private var classifier: PathClassifier
  private var resolvedFolders: [[UInt8]: [UInt8]] = [:]
  private var judged: [[UInt8]: Judged] = [:]
  /// Every folder around an entry, so that a folder's renaming is told from a file's without looking at all entries.
  private var parents: Set<WorkPath> = []

  /// What became of an accessed path: its real name and on which side it falls.
  private struct Judged {
    var path: WorkPath
    var side: PathClassifier.Side
  }

  private let ownProgram: [UInt8]
  /// The processes that are mlt's own: what they read, they read to record it.
  private var ownProcesses: Set<Int32> = []

  init(root: FilePath, classifier: PathClassifier, ownProgram: FilePath) {
    self.root = root.bytes
    self.classifier = classifier
    self.ownProgram = ownProgram.bytes
  }

  // MARK: Folding

  mutating func fold(_ event: AccessEvent) {
    switch event.kind {
    case .read(let path): if !ownProcesses.contains(event.process) { read(path, executes: false) }
    case .executed(let path, let isPrivileged): execute(path, isPrivileged: isPrivileged, event.process)
    case .write(let path, _), .truncated(let path): write(path, followsLink: true)
    case .createdFolder(let path):
      if let judged = judge(path, followsLink: false), judged.side == .data { createdFolders.insert(judged.path) }
    case .symlinked(let path, _): write(path, followsLink: false)
    case .linked(let from, let to):
      read(from, executes: false)
      write(to, followsLink: false)
    case .renamed(let from, let to, let isExchange): rename(from, to, isExchange: isExchange)
    case .removed(let path): remove(path)
    case .removedFolder(let path): removeFolder(path)
    case .preimage(let path, let content):
      if let judged = judge(path, followsLink: true) {
        change(judged.path) { entry in
          // Of several the first counts: it is what stood there before all changes.
          if entry.before == nil { entry.before = content }
          entry.wasSaved = true
        }
      }
    case .elsewhere(let place): blindSpots.insert(place)
    case .missed: break
    }
  }

  private mutating func execute(_ path: [UInt8], isPrivileged: Bool, _ process: Int32) {
    if FilePath(bytes: path).flatMap({ FileOperations.resolved($0) })?.bytes == ownProgram {
      ownProcesses.insert(process)
      return
    }
    ownProcesses.remove(process)
    programs.insert(path)
    if isPrivileged { privileged.insert(path) }
    read(path, executes: true)
  }

  private mutating func read(_ path: [UInt8], executes: Bool) {
    guard let judged = judge(path, followsLink: true) else { return }
    switch judged.side {
    case .noise: return
    case .environment: environment.insert(judged.path.isOutside ? judged.path.bytes : root + [0x2F] + judged.path.bytes)
    case .data:
      change(judged.path) { entry in
        if executes { entry.wasExecuted = true }
        if !entry.wasWritten { entry.wasRead = true }
      }
    }
  }

  private mutating func change(_ path: WorkPath, _ body: (inout Entry) -> Void) {
    if entries[path] == nil {
      var folder = path.parent
      while let next = folder, parents.insert(next).inserted { folder = next.parent }
    }
    body(&entries[path, default: Entry()])
  }

  private mutating func write(_ path: [UInt8], followsLink: Bool) {
    guard let judged = judge(path, followsLink: followsLink), judged.side == .data else { return }
    change(judged.path) { $0.wasWritten = true }
    // What a name stands for may be another thing from now on.
    if !followsLink { forget(path) }
  }

  private mutating func rename(_ from: [UInt8], _ to: [UInt8], isExchange: Bool) {
    guard let source = judge(from, followsLink: false), let target = judge(to, followsLink: false) else { return }
    let moved = take(source.path)
    let replaced = isExchange ? take(target.path) : [:]
    if target.side == .data {
      if moved.isEmpty || moved[WorkPath(normal: [0x2E])] == nil {
        // A file that the run hadn't touched: its content is an input under the old name and an output under the new.
        moveUntouched(source, to: target.path)
      }
      put(moved, at: target.path)
    }
    if isExchange, source.side == .data {
      if replaced[WorkPath(normal: [0x2E])] == nil { moveUntouched(target, to: source.path) }
      put(replaced, at: source.path)
    } else if source.side == .data {
      let wasOurs = moved[WorkPath(normal: [0x2E])]?.wasWritten ?? false
      if !wasOurs {
        var left = moved[WorkPath(normal: [0x2E])] ?? entries[source.path] ?? Entry()
        left.wasWritten = false
        left.wasRemoved = true
        change(source.path) { $0 = left }
      }
    }
    if createdFolders.remove(source.path) != nil { createdFolders.insert(target.path) }
    forget(from)
    forget(to)
  }

  private mutating func moveUntouched(_ source: Judged, to target: WorkPath) {
    change(target) { $0.wasWritten = true }
    if source.side == .data {
      change(source.path) { $0.wasRead = true }
      moves[source.path] = target
    }
  }

  /// Takes out the entries of a path and all below it, keyed by what follows the path; `.` is the path itself.
  private mutating func take(_ path: WorkPath) -> [WorkPath: Entry] {
    var taken: [WorkPath: Entry] = [:]
    if let entry = entries.removeValue(forKey: path) { taken[WorkPath(normal: [0x2E])] = entry }
    guard createdFolders.contains(path) || parents.contains(path) else { return taken }
    for key in entries.keys.filter({ $0.isBelow(path) }) {
      guard let below = key.components(below: path), let entry = entries.removeValue(forKey: key) else { continue }
      taken[WorkPath(normal: Array(below.joined(separator: [0x2F])))] = entry
    }
    for folder in createdFolders where folder.isBelow(path) { createdFolders.remove(folder) }
    resolvedFolders = [:]
    judged = [:]
    return taken
  }

  private mutating func put(_ taken: [WorkPath: Entry], at path: WorkPath) {
    for (below, entry) in taken {
      let key = below.isRoot ? path : below.components.reduce(path) { $0.appending($1) }
      change(key) { arrived in
        arrived.wasWritten = true
        arrived.wasExecuted = arrived.wasExecuted || entry.wasExecuted
      }
    }
  }

  private mutating func remove(_ path: [UInt8]) {
    guard let judged = judge(path, followsLink: false), judged.side == .data else { return }
    var entry = entries[judged.path] ?? Entry()
    if entry.wasWritten, !entry.wasRead, entry.before == nil {
      entries[judged.path] = nil
    } else {
      entry.wasRemoved = true
      entry.wasWritten = false
      change(judged.path) { $0 = entry }
    }
    forget(path)
  }

  private mutating func removeFolder(_ path: [UInt8]) {
    guard let judged = judge(path, followsLink: false) else { return }
    createdFolders.remove(judged.path)
    resolvedFolders = [:]
    self.judged = [:]
  }

  // MARK: Before a change

  /// Tells whether a path's content must be taken before it is changed; the answer is yes at most once a path.
  mutating func mustSave(_ path: [UInt8], forInnerRun: Bool) -> WorkPath? {
    guard let judged = judge(path, followsLink: true), judged.side == .data else { return nil }
    let entry = entries[judged.path] ?? Entry()
    guard forInnerRun || (!entry.wasWritten && !entry.wasSaved) else { return nil }
    if !forInnerRun { change(judged.path) { $0.wasSaved = true } }
    return judged.path
  }

  // MARK: Names

  private mutating func forget(_ path: [UInt8]) {
    judged[path] = nil
    // A link or folder of that name may have been part of other paths.
    if resolvedFolders[path] != nil {
      resolvedFolders = [:]
      judged = [:]
    }
  }

  /// Returns a path's real name and side; nil for what can't be named.
  private mutating func judge(_ path: [UInt8], followsLink: Bool) -> Judged? {
    if followsLink, let known = judged[path] { return known }
    if PathClassifier.isPlainNoise(path) { return nil }
    guard let slash = path.lastIndex(of: 0x2F), path.count > 1 else { return nil }
    let parent = Array(path[..<max(slash, 1)])
    let name = Array(path[(slash + 1)...])
    if name.isEmpty || name == [0x2E] || name == [0x2E, 0x2E] {
      guard let whole = FilePath(bytes: path).flatMap({ FileOperations.resolved($0) }) else { return nil }
      return judge(whole.bytes, followsLink: false)
    }
    var real = resolved(folder: parent)
    if real.last != 0x2F { real.append(0x2F) }
    real += name
    var result = place(real)
    if followsLink {
      if result.side != .noise, let file = FilePath(bytes: real),
        let status = try? FileStatus(at: file), status.kind == .symbolicLink
      {
        if result.side == .data { links.insert(result.path) }
        if let target = FileOperations.resolved(file) { result = place(target.bytes) }
      }
      judged[path] = result
    }
    return result
  }

  private mutating func resolved(folder: [UInt8]) -> [UInt8] {
    if let known = resolvedFolders[folder] { return known }
    let real = FilePath(bytes: folder).flatMap { FileOperations.resolved($0) }?.bytes ?? folder
    resolvedFolders[folder] = real
    return real
  }

  private mutating func place(_ real: [UInt8]) -> Judged {
    if real.count > root.count + 1, real.starts(with: root), real[root.count] == 0x2F {
      let path = WorkPath(normal: Array(real[(root.count + 1)...]))
      return Judged(path: path, side: classifier.side(inside: path))
    }
    return Judged(path: WorkPath(normal: real), side: classifier.side(outside: real))
  }
}

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
    /// Whether something that the run hadn't made is known to have stood there before the first change.
    var existed = false
    /// How often the run changed what the path stands for.
    var changes = 0
    /// The content that was there before the run changed it.
    var before: ContentID?
    /// Whether ``before`` was asked for.
    var wasSaved = false

    /// Whether the run left a trace of what stood there before it.
    var concernsOthers: Bool { existed || wasRead || before != nil }
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
  /// Where files and folders that the run hadn't written were moved to.
  private(set) var moved = MovedFiles()
  /// Folders that the run made.
  private(set) var createdFolders: Set<WorkPath> = []

  /// What was looked for, listed and asked for elsewhere.
  private(set) var lookups = LookupLedger()

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
    case .read(let path): if !ownProcesses.contains(event.process) { read(path, executes: false, event.process) }
    case .executed(let path, let isPrivileged): execute(path, isPrivileged: isPrivileged, event.process)
    case .write(let path, let flags): write(path, followsLink: true, existed: !flags.contains(.created))
    case .truncated(let path): write(path, followsLink: true, existed: true)
    case .createdFolder(let path):
      if let judged = judge(path, followsLink: false), judged.side == .data {
        createdFolders.insert(judged.path)
        lookups.made.insert(judged.path)
      }
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
    case .missed(let path): if !ownProcesses.contains(event.process) { miss(path) }
    case .listed(let path): if !ownProcesses.contains(event.process) { list(path, event.process) }
    case .connected(let address): if !ownProcesses.contains(event.process) { lookups.addresses.insert(address) }
    }
  }

  // MARK: Looking around

  private mutating func miss(_ path: [UInt8]) {
    guard let judged = judge(path, followsLink: true), judged.side == .data, !judged.path.isOutside else { return }
    if entries[judged.path]?.wasWritten != true { lookups.miss(judged.path) }
  }

  private mutating func list(_ path: [UInt8], _ process: Int32) {
    guard let judged = judge(path, followsLink: true) else { return }
    // The work tree's root lies in no folder of the work tree.
    let folder = judged.path.bytes == root ? WorkPath(normal: [0x2E]) : judged.path
    if folder.isRoot || judged.side == .data {
      lookups.list(folder, by: process)
    } else if judged.side == .environment {
      lookups.listEnvironment(folder, by: process)
    }
  }

  private mutating func execute(_ path: [UInt8], isPrivileged: Bool, _ process: Int32) {
    if FilePath(bytes: path).flatMap({ FileOperations.resolved($0) })?.bytes == ownProgram {
      ownProcesses.insert(process)
      lookups.startsMlt = true
      return
    }
    ownProcesses.remove(process)
    programs.insert(path)
    lookups.execute(path, by: process)
    if isPrivileged { privileged.insert(path) }
    read(path, executes: true)
  }

  /// - Parameter process: who reads; nil if it doesn't matter.
  private mutating func read(_ path: [UInt8], executes: Bool, _ process: Int32? = nil) {
    if let source = PythonCache.source(of: path) { readSource(source, process) }
    guard let judged = judge(path, followsLink: true) else { return }
    if let process { lookups.read(judged.path, by: process) }
    switch judged.side {
    case .noise: return
    case .environment: environment.insert(judged.path.isOutside ? judged.path.bytes : root + [0x2F] + judged.path.bytes)
    case .data:
      change(judged.path) { entry in
        if executes { entry.wasExecuted = true }
        if !entry.wasWritten { entry.wasRead = true }
      }
      // Read at its new place, it was read all the same.
      if let original = moved.original(at: judged.path) { change(original) { $0.wasRead = true } }
    }
  }

  /// Notes the source of a module whose byte code was read: Python compares the two and opens the source only to
  /// compile it again.
  private mutating func readSource(_ path: [UInt8], _ process: Int32?) {
    guard let judged = judge(path, followsLink: true), judged.side == .data,
      let file = FilePath(bytes: path), (try? FileStatus(at: file, followingLinks: true))?.kind == .regular
    else { return }
    read(path, executes: false, process)
  }

  private mutating func change(_ path: WorkPath, _ body: (inout Entry) -> Void) {
    if entries[path] == nil {
      var folder = path.parent
      while let next = folder, parents.insert(next).inserted { folder = next.parent }
    }
    body(&entries[path, default: Entry()])
  }

  private mutating func write(_ path: [UInt8], followsLink: Bool, existed: Bool = false) {
    guard let judged = judge(path, followsLink: followsLink), judged.side == .data else { return }
    noteWriting(judged.path, existed: existed)
    // What a name stands for may be another thing from now on.
    if !followsLink { forget(path) }
  }

  private mutating func noteWriting(_ path: WorkPath, existed: Bool = false) {
    change(path) { entry in
      if entry.changes == 0 { entry.existed = existed }
      entry.changes += 1
      entry.wasWritten = true
    }
    moved.forget(at: path)
  }

  // MARK: Renaming

  /// What is known of a path and of all below it, on its way to another name; `.` is the path itself.
  private struct Parcel {
    var entries: [WorkPath: Entry] = [:]
    var folders: [WorkPath] = []
    /// What had been moved there, by its place in the parcel.
    var originals: [WorkPath: WorkPath] = [:]
    var isFolderOfOurs = false
    var top: Entry? { entries[Parcel.this] }

    /// Whether the thing itself is what stood there before the run.
    var isUntouched: Bool { !isFolderOfOurs && !(top?.wasWritten ?? false) }
    /// Whether it and all in it is as it was before the run.
    var isIntact: Bool { isUntouched && !entries.contains { $0.value.changes > 0 } && originals.isEmpty }

    static let this = WorkPath(normal: [0x2E])
  }

  private mutating func rename(_ from: [UInt8], _ to: [UInt8], isExchange: Bool) {
    guard let source = judge(from, followsLink: false), let target = judge(to, followsLink: false) else { return }
    let leaving = take(source.path)
    let returning = isExchange ? take(target.path) : nil
    if target.side == .data { put(leaving, from: source, at: target.path) }
    if let returning, source.side == .data { put(returning, from: target, at: source.path) }
    if source.side == .data { leave(source.path, leaving, isGone: !isExchange) }
    if target.side == .data, let returning { leave(target.path, returning, isGone: false) }
    forget(from)
    forget(to)
  }

  /// Keeps what the record must say of the name that a thing had before it got another.
  private mutating func leave(_ path: WorkPath, _ parcel: Parcel, isGone: Bool) {
    guard parcel.isUntouched || parcel.top?.concernsOthers ?? false else { return }
    change(path) { entry in
      entry.wasRead = entry.wasRead || parcel.top?.wasRead ?? false
      entry.before = entry.before ?? parcel.top?.before
      entry.wasSaved = entry.wasSaved || parcel.top?.wasSaved ?? false
      entry.changes += isGone ? 1 : 0
      if isGone { entry.wasRemoved = true }
    }
  }

  /// Takes out what is known of a path and all below it.
  private mutating func take(_ path: WorkPath) -> Parcel {
    var parcel = Parcel()
    func name(_ inner: WorkPath) -> WorkPath {
      inner.components(below: path).map { WorkPath(normal: Array($0.joined(separator: [0x2F]))) } ?? Parcel.this
    }
    parcel.isFolderOfOurs = createdFolders.remove(path) != nil
    for (place, original) in moved.take(path) { parcel.originals[name(place)] = original }
    moved.forget(at: path)
    if let entry = entries.removeValue(forKey: path) { parcel.entries[Parcel.this] = entry }
    guard parcel.isFolderOfOurs || parents.contains(path) else { return parcel }
    for key in entries.keys.filter({ $0.isBelow(path) }) {
      parcel.entries[name(key)] = entries.removeValue(forKey: key)
    }
    for folder in createdFolders.filter({ $0.isBelow(path) }) {
      createdFolders.remove(folder)
      parcel.folders.append(name(folder))
    }
    forgetNames()
    return parcel
  }

  private mutating func put(_ parcel: Parcel, from source: Judged, at path: WorkPath) {
    func place(_ below: WorkPath) -> WorkPath {
      below.isRoot ? path : below.components.reduce(path) { $0.appending($1) }
    }
    for (below, entry) in parcel.entries {
      noteWriting(place(below))
      if entry.wasExecuted { change(place(below)) { $0.wasExecuted = true } }
    }
    if parcel.isUntouched, parcel.top == nil { noteWriting(path) }
    if parcel.isFolderOfOurs { createdFolders.insert(path) }
    for folder in parcel.folders { createdFolders.insert(place(folder)) }
    for (below, original) in parcel.originals { restore(original, at: place(below)) }
    if parcel.isIntact, source.side == .data { moved.set(source.path, at: path) }
  }

  /// Notes where a thing that had been moved before stands now; if where it stood first, as if it had never been moved.
  private mutating func restore(_ original: WorkPath, at place: WorkPath) {
    moved.set(original, at: place)
    guard original == place else { return }
    change(place) { entry in
      entry.wasWritten = false
      entry.wasRemoved = false
      entry.changes = 0
    }
  }

  // MARK: Removing

  private mutating func remove(_ path: [UInt8]) {
    guard let judged = judge(path, followsLink: false), judged.side == .data else { return }
    var entry = entries[judged.path] ?? Entry()
    moved.forget(at: judged.path)
    if entry.wasWritten, !entry.concernsOthers {
      entries[judged.path] = nil
    } else {
      entry.wasRemoved = true
      entry.wasWritten = false
      entry.changes += 1
      change(judged.path) { $0 = entry }
    }
    forget(path)
  }

  private mutating func removeFolder(_ path: [UInt8]) {
    guard let judged = judge(path, followsLink: false) else { return }
    createdFolders.remove(judged.path)
    forgetNames()
  }

  // MARK: Before a change

  /// Tells whether a path's content must be taken before it is changed; the answer is yes at most once a path.
  ///
  /// The change itself has been folded already.
  mutating func mustSave(_ path: [UInt8], forInnerRun: Bool) -> WorkPath? {
    guard let judged = judge(path, followsLink: true), judged.side == .data else { return nil }
    if forInnerRun { return judged.path }
    let entry = entries[judged.path] ?? Entry()
    guard entry.changes <= 1, !entry.wasSaved else { return nil }
    change(judged.path) { $0.wasSaved = true }
    return judged.path
  }

  /// Keeps the content that a path had before it is changed.
  mutating func keep(_ content: ContentID, of path: WorkPath) {
    change(path) { if $0.before == nil { $0.before = content } }
  }

  /// Forgets what names stand for: a symbolic link is about to lead elsewhere.
  mutating func forgetNames() {
    resolvedFolders = [:]
    judged = [:]
  }

  // MARK: Names

  private mutating func forget(_ path: [UInt8]) {
    judged[path] = nil
    // A link or folder of that name may have been part of other paths.
    if resolvedFolders[path] != nil { forgetNames() }
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
        if result.side == .data, !result.path.isOutside { links.insert(result.path) }
        if let target = FileOperations.resolved(file) { result = place(target.bytes) }
      }
      judged[path] = result
    }
    return result
  }

  /// Finds the symbolic links inside the work tree that a folder's name leads over.
  private mutating func noteLinks(on folder: [UInt8]) {
    var name = folder
    while let slash = name.lastIndex(of: 0x2F), slash > 0 {
      if let file = FilePath(bytes: name), (try? FileStatus(at: file))?.kind == .symbolicLink {
        let parent = resolved(folder: Array(name[..<slash]))
        let judged = place(parent + name[slash...])
        if judged.side == .data, !judged.path.isOutside { links.insert(judged.path) }
      }
      name = Array(name[..<slash])
    }
  }

  private mutating func resolved(folder: [UInt8]) -> [UInt8] {
    if let known = resolvedFolders[folder] { return known }
    let real = FilePath(bytes: folder).flatMap { FileOperations.resolved($0) }?.bytes ?? folder
    resolvedFolders[folder] = real
    if real != folder { noteLinks(on: folder) }
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

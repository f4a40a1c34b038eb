internal import Journaling

/// What a command did to find its way: the files it didn't find, the folders it listed, the machines it asked.
///
/// Python lists each folder that it searches for modules once, in every process. The folder of a script is one of
/// these, and often what runs write goes there too: taking all of its names for an input would make each new output
/// a change for all scripts beside it. So a listing counts as a search for modules, and only names of modules in it, if
/// nothing else can have been meant: a Python process listed the folder just once, loaded a module afterwards (for which
/// it must have searched the folder first), and loaded another from the folder itself. It may list it a second time if it
/// then goes on to list folders of packages again that it had listed before: so `importlib.metadata` looks through all
/// folders of modules for what is said of an installed package.
struct LookupLedger {
  /// Paths at which a file was looked for and wasn't there.
  private(set) var missed: Set<WorkPath> = []
  /// The machines that were connected to.
  var addresses: Set<String> = []
  /// Whether the run started `mlt` itself.
  var startsMlt = false
  /// Folders that the run made, whether they are still there.
  var made: Set<WorkPath> = []
  /// Whether there was more than is held.
  private(set) var isCut = false

  /// What a Python process did with folders.
  private struct Searching {
    /// The folders that it listed once, and since when no module was loaded.
    var pending: Set<WorkPath> = []
    /// The folders that it listed once before a module was loaded.
    var followed: Set<WorkPath> = []
    /// The folders that it loaded modules from.
    var sources: Set<WorkPath> = []
    /// The folders that it listed a second time, with nothing read since.
    var again: Set<WorkPath> = []
    /// The folders that it looked through for what is said of packages.
    var surveyed: Set<WorkPath> = []
    /// The folders of packages that it listed.
    var packages: Set<WorkPath> = []
  }

  private var searching: [Int32: Searching] = [:]
  /// The folders of which any name may matter.
  private var whole: Set<WorkPath> = []
  /// The folders that were searched for modules.
  private var searched: Set<WorkPath> = []
  private var listingCount = 0
  // Far more than is recorded: what the run makes itself drops out later.
  private static let limit = 32 * RunLookups.limit

  /// Notes a file that isn't there.
  mutating func miss(_ path: WorkPath) {
    guard missed.count < Self.limit else {
      isCut = true
      return
    }
    missed.insert(path)
  }

  /// Notes that a process now runs another program.
  mutating func execute(_ program: [UInt8], by process: Int32) {
    close(process)
    let name = program[((program.lastIndex(of: 0x2F) ?? -1) + 1)...]
    let names = ["python", "pypy"].map { Array($0.utf8) }
    if names.contains(where: { name.starts(with: $0) }) || name.suffix(3).elementsEqual(".py".utf8) {
      searching[process] = Searching()
    }
  }

  /// Notes that a process listed a folder.
  mutating func list(_ folder: WorkPath, by process: Int32) {
    if whole.contains(folder) { return }
    guard listingCount < Self.limit else {
      isCut = true
      return
    }
    listingCount += 1
    guard let known = searching[process], !known.again.contains(folder), !known.surveyed.contains(folder) else {
      whole.insert(folder)
      return
    }
    if known.pending.contains(folder) || known.followed.contains(folder) {
      searching[process]?.again.insert(folder)
    } else {
      searching[process]?.pending.insert(folder)
    }
  }

  /// Notes that a process listed a folder of packages.
  mutating func listEnvironment(_ folder: WorkPath, by process: Int32) {
    guard let known = searching[process] else { return }
    if known.packages.contains(folder) {
      searching[process]?.surveyed.formUnion(known.again)
      searching[process]?.again = []
    } else {
      searching[process]?.packages.insert(folder)
    }
  }

  private static let moduleEndings = [".py", ".pyc", ".so"].map { Array($0.utf8) }

  /// Notes that a process read a file.
  mutating func read(_ path: WorkPath, by process: Int32) {
    guard let known = searching[process] else { return }
    if !known.again.isEmpty {
      whole.formUnion(known.again)
      searching[process]?.again = []
    }
    guard
      Self.moduleEndings.contains(where: { path.bytes.suffix($0.count).elementsEqual($0) })
    else { return }
    if let pending = searching[process]?.pending, !pending.isEmpty {
      searching[process]?.followed.formUnion(pending)
      searching[process]?.pending = []
    }
    guard let folder = path.parent else { return }
    searching[process]?.sources.insert(folder)
    // A package is found in the folder around its own.
    if path.name.starts(with: "__init__.".utf8), let around = folder.parent {
      searching[process]?.sources.insert(around)
    }
  }

  private mutating func close(_ process: Int32) {
    guard let ended = searching.removeValue(forKey: process) else { return }
    for folder in ended.followed where ended.sources.contains(folder) { searched.insert(folder) }
    whole.formUnion(ended.again)
    whole.formUnion(ended.pending)
    whole.formUnion(ended.followed.subtracting(ended.sources))
  }

  /// The folders that were listed, with whether only for modules; sorted.
  func listings() -> [(folder: WorkPath, isModules: Bool)] {
    var all = self
    for process in searching.keys { all.close(process) }
    return all.whole.union(all.searched).sorted().map { ($0, !all.whole.contains($0)) }
  }
}

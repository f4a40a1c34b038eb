public import GitAccess
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import ObjectStorage
public import SystemPackage

/// One work tree with its `.mlt`: everything that the command line asks for is a call on it.
///
/// The parts are opened when first needed, so that an operation pays for what it uses. A workspace belongs to one
/// thread; several processes may work on one `.mlt` at once.
public final class Workspace {
  /// The name of the folder that holds journal, store and index.
  public static let folderName = ".mlt"

  /// What the process stands in.
  public let context: ProcessContext
  /// The work tree's root, with symbolic links resolved.
  public let root: FilePath
  /// The `.mlt` folder; in a linked work tree that of the main one.
  public let folder: FilePath
  /// The git repository, if the work tree belongs to one.
  public let repository: GitRepository?
  /// The settings of all levels.
  public let configuration: Configuration

  /// Things to tell the user that didn't stop the operation.
  public package(set) var notices: [Notice] = []

  /// Who is told of long work, and may stop it.
  public var monitor = Monitor()

  /// The lock file as it was last read or written, and how it was found then.
  var knownLock: (status: FileStatus, file: LockFile)?

  /// Where git stood, and when that was found out (microseconds since 1970).
  var knownGitState: (state: GitState, at: Int64)?
  /// The note of what was placed, as it was last read or written.
  var knownPlaced: (bytes: [UInt8], file: LockFile)?

  /// The listings of folders that commits have, as far as they were asked for.
  var commitListings: [ContentID: Tree] = [:]

  private var openedJournal: Journal?
  private var openedIndex: LineageIndex?
  private var openedStore: ObjectStore?
  private var openedRules: IgnoreRules?

  package init(
    context: ProcessContext, root: FilePath, folder: FilePath, repository: GitRepository?,
    configuration: Configuration
  ) {
    self.context = context
    self.root = root
    self.folder = folder
    self.repository = repository
    self.configuration = configuration
  }

  /// Opens the workspace around the context's directory.
  ///
  /// - Throws: ``WorkspaceError/notInitialized(_:)`` if there is no `.mlt`, ``WorkspaceError/bareRepository(_:)`` in a
  ///   bare repository, and what git, the format check and the configuration throw.
  public static func open(_ context: ProcessContext) throws -> Workspace {
    let place = try locate(context)
    guard let folder = place.folder else { throw WorkspaceError.notInitialized(context.directory) }
    try RepositoryFormat.check(in: folder)
    return Workspace(
      context: context, root: place.root, folder: folder, repository: place.repository,
      configuration: try configuration(context, root: place.root, folder: folder))
  }

  /// Where the workspace of a directory is or would be.
  struct Place {
    var root: FilePath
    var folder: FilePath?
    var repository: GitRepository?
  }

  static func locate(_ context: ProcessContext) throws -> Place {
    let directory = FileOperations.resolved(context.directory) ?? context.directory
    if let repository = try GitRepository.discover(from: directory) {
      guard let workTree = repository.workTree else { throw WorkspaceError.bareRepository(repository.gitFolder) }
      // A work tree that is linked to a bare repository has no main one beside it.
      let main = repository.mainWorkTree ?? workTree
      let folder = main.appending(folderName)
      let exists = try FileStatus(at: folder, followingLinks: true)?.kind == .directory
      return Place(root: workTree, folder: exists ? folder : nil, repository: repository)
    }
    var candidate = directory
    while true {
      let folder = candidate.appending(folderName)
      if try FileStatus(at: folder, followingLinks: true)?.kind == .directory {
        return Place(root: candidate, folder: folder, repository: nil)
      }
      guard candidate.removeLastComponent() else { break }
    }
    return Place(root: directory, folder: nil, repository: nil)
  }

  static func configuration(
    _ context: ProcessContext, root: FilePath, folder: FilePath?
  ) throws -> Configuration {
    var files: [(Configuration.Level, FilePath)] = []
    if let user = context.userConfiguration { files.append((.user, user)) }
    files.append((.shared, root.appending(sharedConfigurationName)))
    if let folder { files.append((.local, folder.appending("config"))) }
    return try Configuration(files: files)
  }

  static let sharedConfigurationName = ".mltconfig"

  // MARK: The parts

  var journal: Journal {
    get throws {
      if let openedJournal { return openedJournal }
      let journal = try Journal(folder: folder, host: context.host, clock: context.clock)
      openedJournal = journal
      return journal
    }
  }

  var index: LineageIndex {
    get throws {
      if let openedIndex { return openedIndex }
      let (index, indexNotices) = try LineageIndex.open(folder.appending("index.sqlite"), journal: journal)
      notices += indexNotices.map { .index($0) }
      openedIndex = index
      return index
    }
  }

  /// Goes on with an index that was made anew.
  func replaceIndex(_ index: LineageIndex) {
    openedIndex = index
  }

  var store: ObjectStore {
    get throws {
      if let openedStore { return openedStore }
      let store: ObjectStore
      do {
        store = try ObjectStore(folder: folder)
      } catch StorageError.notAStore {
        // The facts are all there, and tell what they can. What stands in the folder's place, as a link to what isn't mounted, stays.
        guard try FileStatus(at: folder.appending("packs")) == nil else { throw StorageError.notAStore(folder) }
        try ObjectStore.create(in: folder)
        store = try ObjectStore(folder: folder)
        notices.append(.storeWasGone)
      }
      openedStore = store
      return store
    }
  }

  var rules: IgnoreRules {
    get throws {
      if let openedRules { return openedRules }
      let rules = try IgnoreRules(workTree: root, builtIn: [])
      openedRules = rules
      return rules
    }
  }

  /// Appends facts to the journal, keeping what it has to tell.
  @discardableResult
  func record(_ facts: [any Fact], durable: Bool) throws -> [Event] {
    let journal = try journal
    let told = journal.notices.count
    let events = try journal.append(facts, durable: durable)
    notices += journal.notices.dropFirst(told).map { .journal($0) }
    return events
  }

  /// What `.mltignore` and the tools' own names leave out.
  var filter: IgnoreFilter {
    get throws { IgnoreFilter(try rules) }
  }

  /// Begins to learn what files hold.
  func makeCatalog() throws -> ContentCatalog {
    ContentCatalog(root: root, index: try index, rules: try filter, monitor: monitor)
  }

  /// Begins to note what a command does.
  func makeLedger() throws -> AccessLedger {
    AccessLedger(
      root: root, classifier: PathClassifier(root: root, home: context.home, filter: try filter),
      ownProgram: context.executable)
  }

  /// The folder for files that live as long as one process.
  var temporaryFolder: FilePath { folder.appending("tmp") }

  // MARK: Paths

  /// Returns the path that an argument names, taken from the working directory; nothing need be there.
  ///
  /// Folders on the way are resolved, so that one file has one path; a symbolic link at the end stays itself. The
  /// quoted form of a name that isn't plain text (``PathText``), as listings show it, is understood.
  public func path(of argument: String) -> WorkPath {
    let quoted = argument.first == "\"" ? PathText.decode(argument).flatMap { FilePath(bytes: $0) } : nil
    return path(of: quoted ?? FilePath(argument))
  }

  /// Returns the path that `path` names, taken from the working directory.
  public func path(of path: FilePath) -> WorkPath {
    let absolute = (path.isAbsolute ? path : context.directory.pushing(path)).lexicallyNormalized()
    guard let name = absolute.lastComponent else { return inside(absolute) }
    var folder = absolute.removingLastComponent()
    var below: [FilePath.Component] = [name]
    while true {
      if let resolved = FileOperations.resolved(folder) {
        return inside(below.reversed().reduce(resolved) { $0.appending($1) })
      }
      guard let last = folder.lastComponent else { return inside(absolute) }
      below.append(last)
      folder.removeLastComponent()
    }
  }

  /// The folder that somebody stands in.
  var here: WorkPath { inside(FileOperations.resolved(context.directory) ?? context.directory) }

  /// Returns what somebody would type for a path, standing where they stand.
  public func typed(_ path: WorkPath) -> String { PathText.encode(path.bytes(from: here)) }

  /// Returns what somebody would type for a path's text; a URI stays as it is.
  func typed(_ text: String) -> String {
    text.contains("://") ? text : WorkPath(text: text).map { typed($0) } ?? text
  }

  /// Returns the journal's name for an absolute, normal path.
  func inside(_ absolute: FilePath) -> WorkPath {
    let bytes = absolute.bytes
    let prefix = root.bytes
    if bytes == prefix { return WorkPath(normal: [UInt8(ascii: ".")]) }
    let start = prefix == [UInt8(ascii: "/")] ? 1 : prefix.count + 1
    if bytes.count > start, bytes.starts(with: prefix), bytes[start - 1] == UInt8(ascii: "/") {
      return WorkPath(normal: Array(bytes[start...]))
    }
    return WorkPath(normal: bytes)
  }

  /// Who does what is being done, as `Name <mail>`: what git would write into a commit.
  var identity: String {
    let variables = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"].map { context.environment[$0] ?? "" }
    if !variables.contains("") { return "\(variables[0]) <\(variables[1])>" }
    return repository?.identity() ?? "\(context.account)@\(context.host)"
  }
}

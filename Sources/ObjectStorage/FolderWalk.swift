internal import MLTBase
internal import SystemPackage

/// What becomes of what a walk over a folder finds.
protocol FolderSink {
  /// Takes a file's bytes.
  func take(fileAt path: FilePath, followingLinks: Bool) throws(StorageError) -> SourceFile.Outcome
  /// Takes a symbolic link's target.
  func take(linkTarget: [UInt8]) throws(StorageError) -> ContentID
  /// Takes a folder's listing.
  func take(_ tree: Tree) throws(StorageError) -> ContentID
  /// Whether the bytes of a file must be read although they are known.
  func needsFile(_ id: ContentID) throws(StorageError) -> Bool
}

/// A walk over a folder, children before their parent, without recursion.
struct FolderWalk<Sink: FolderSink> {
  // A folder that is being walked.
  private struct Frame {
    var path: FilePath
    var relativePath: [UInt8]
    var name: [UInt8]
    var names: [[UInt8]]
    var next = 0
    var entries: [TreeEntry] = []
  }

  private let options: FolderOptions
  private let sink: Sink
  private var stack: [Frame] = []
  private var skipped: [StoredTree.Skipped] = []
  private var unstable: [[UInt8]] = []

  /// Walks `folder` and returns its tree.
  static func run(_ folder: FilePath, options: FolderOptions, into sink: Sink) throws(StorageError) -> StoredTree {
    var walk = FolderWalk(options: options, sink: sink)
    return try walk.run(folder)
  }

  private init(options: FolderOptions, sink: Sink) {
    self.options = options
    self.sink = sink
  }

  private mutating func run(_ folder: FilePath) throws(StorageError) -> StoredTree {
    let names = try readable { () throws(SystemCallError) in try FolderListing.names(in: folder) }
    stack.append(Frame(path: folder, relativePath: [], name: [], names: names))
    while true {
      let top = stack.count - 1
      if stack[top].next < stack[top].names.count {
        let name = stack[top].names[stack[top].next]
        stack[top].next += 1
        try visit(name, in: top)
        continue
      }
      let frame = stack.removeLast()
      let tree: Tree
      do throws(TreeProblem) { tree = try Tree(sorted: frame.entries) } catch { throw .invalidTree(error) }
      let id = try sink.take(tree)
      if stack.isEmpty {
        return StoredTree(
          content: id, size: tree.size, count: tree.count, skipped: skipped, unstable: unstable)
      }
      stack[stack.count - 1].entries.append(
        TreeEntry(mode: .tree, content: id, size: tree.size, count: tree.count, name: frame.name))
    }
  }

  private mutating func visit(_ name: [UInt8], in top: Int) throws(StorageError) {
    let relativePath = stack[top].relativePath.isEmpty ? name : stack[top].relativePath + [0x2F] + name
    guard let path = FilePath(bytes: stack[top].path.bytes + [0x2F] + name) else { return }
    do throws(StorageError) {
      guard let status = try readable({ () throws(SystemCallError) in try FileStatus(at: path) }) else {
        return skip(relativePath, .unreadable(.noSuchFileOrDirectory))
      }
      if options.isIgnored(relativePath, status.kind == .directory) { return }
      if TreeEntry.isReserved(name) { return skip(relativePath, .reservedName) }
      switch status.kind {
      case .special:
        skip(relativePath, .special)
      case .directory:
        let names = try readable { () throws(SystemCallError) in try FolderListing.names(in: path) }
        stack.append(Frame(path: path, relativePath: relativePath, name: name, names: names))
      case .symbolicLink:
        let target = try readable { () throws(SystemCallError) in try LinkTarget.read(path) }
        let id = try sink.take(linkTarget: target)
        stack[top].entries.append(
          TreeEntry(mode: .link, content: id, size: Int64(target.count), name: name))
      case .regular:
        stack[top].entries.append(try file(name, path, relativePath, status))
      }
    } catch .unreadable(let error) where !Self.isExhaustion(error.errno) {
      skip(relativePath, .unreadable(error.errno))
    } catch .notAFile {
      skip(relativePath, .special)  // it took the file's place since its status was asked for
    }
  }

  private mutating func file(
    _ name: [UInt8], _ path: FilePath, _ relativePath: [UInt8], _ status: FileStatus
  ) throws(StorageError) -> TreeEntry {
    if let known = options.known(path, status), try !sink.needsFile(known) {
      return TreeEntry(
        mode: status.isExecutable ? .executable : .file, content: known, size: status.size, name: name)
    }
    let outcome = try sink.take(fileAt: path, followingLinks: false)
    if let status = outcome.status {
      options.learned(path, status, outcome.file.content)
    } else {
      unstable.append(relativePath)
    }
    return TreeEntry(
      mode: outcome.file.isExecutable ? .executable : .file, content: outcome.file.content,
      size: outcome.file.size, name: name)
  }

  private mutating func skip(_ path: [UInt8], _ reason: StoredTree.Skipped.Reason) {
    skipped.append(StoredTree.Skipped(path: path, reason: reason))
  }

  // Of these the file isn't the cause, and the next one would fare no better.
  private static func isExhaustion(_ code: Errno) -> Bool {
    code == .tooManyOpenFiles || code == .tooManyOpenFilesInSystem || code == .noMemory
  }
}

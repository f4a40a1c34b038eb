internal import CLibgit2
internal import Glibc
internal import MLTBase
public import SystemPackage

/// The configuration of a workspace, read from files in git's format.
///
/// A higher level wins over a lower one, and within a file a later line over an earlier one. Files are read once;
/// `docs/design/configuration.md` has the format.
public struct Configuration: Sendable {
  /// Whose settings a file holds; a later one wins over an earlier one.
  public enum Level: Int, Comparable, CaseIterable, Sendable {
    /// The user's, for all workspaces.
    case user
    /// The project's, committed beside its code (`.mltconfig`).
    case shared
    /// This clone's (`.mlt/config`).
    case local

    /// Orders levels, the one that wins last.
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// A line of a configuration file.
  public struct Entry: Hashable, Sendable {
    /// The key, its section and name in lower case.
    public var key: String
    /// The value; nil for a name without `=`, which as a flag means true.
    public var value: String?
    /// The level of its file.
    public var level: Level
  }

  /// The entries in the order in which they count, the ones that win last.
  private let ordered: [Entry]

  /// Reads files, of which each may be missing.
  ///
  /// Files that a user's or this clone's file includes are read too (`include.path`). What a shared file includes isn't
  /// opened: what comes with a clone mustn't name files of the user's machine. Nor may it be a link itself.
  ///
  /// - Throws: ``GitError/malformedConfiguration(_:line:_:)`` if a file can't be parsed, ``GitError/failed(_:)`` or
  ///   ``GitError/system(_:)`` if it can't be read.
  public init(files: [(Level, FilePath)]) throws(GitError) {
    var entries: [Entry] = []
    for (level, file) in files.sorted(by: { $0.0 < $1.0 }) { entries += try Self.entries(of: file, level) }
    ordered = entries
  }

  /// All entries, sorted by key; those of one key in the order in which they count, the one that wins last.
  public var entries: [Entry] {
    ordered.enumerated().sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }.map(\.element)
  }

  /// Returns the value of a key; nil if it isn't set, empty for a name without `=`.
  ///
  /// - Throws: ``GitError/invalidKey(_:)`` if the text is no key.
  public func string(_ key: String) throws(GitError) -> String? {
    try entry(key).map { $0.value ?? "" }
  }

  /// Returns all values of a key, the one that wins last.
  ///
  /// - Throws: ``GitError/invalidKey(_:)`` if the text is no key.
  public func strings(_ key: String) throws(GitError) -> [String] {
    let key = try ConfigurationKey(key).text
    return ordered.filter { $0.key == key }.map { $0.value ?? "" }
  }

  /// Returns the whole number that a key has; nil if it isn't set.
  ///
  /// - Throws: ``GitError/invalidValue(key:value:expected:)`` if the value is no number or too large,
  ///   ``GitError/invalidKey(_:)`` if the text is no key.
  public func int(_ key: String) throws(GitError) -> Int? {
    try value(key, .integer) { ConfigurationNumber.integer($0 ?? "") }
  }

  /// Returns whether a key is on; nil if it isn't set.
  ///
  /// - Throws: ``GitError/invalidValue(key:value:expected:)`` if the value is neither on nor off,
  ///   ``GitError/invalidKey(_:)`` if the text is no key.
  public func bool(_ key: String) throws(GitError) -> Bool? {
    try value(key, .boolean) { Self.flag(of: $0) }
  }

  /// Returns the number of bytes that a key has; nil if it isn't set.
  ///
  /// - Throws: ``GitError/invalidValue(key:value:expected:)`` if the value is no size or too large,
  ///   ``GitError/invalidKey(_:)`` if the text is no key.
  public func size(_ key: String) throws(GitError) -> Int? {
    try value(key, .size) { ConfigurationNumber.size($0 ?? "") }
  }

  /// Reads a number of bytes as a size's value has it; nil if it isn't one, negative or too large.
  public static func size(of text: String) -> Int? {
    ConfigurationNumber.size(text)
  }

  /// Reads an entry's value as a flag; nil if it is neither on nor off.
  public static func flag(of text: String?) -> Bool? {
    switch text?.lowercased() {
    case nil, "true", "yes", "on": true
    case "", "false", "no", "off": false
    case let text?: ConfigurationNumber.integer(text).map { $0 != 0 }
    }
  }

  private func entry(_ key: String) throws(GitError) -> Entry? {
    let key = try ConfigurationKey(key).text
    return ordered.last { $0.key == key }
  }

  private func value<Value>(
    _ key: String, _ kind: ConfigurationValueKind, _ parse: (String?) -> Value?
  ) throws(GitError) -> Value? {
    guard let entry = try entry(key) else { return nil }
    guard let value = parse(entry.value) else {
      throw .invalidValue(key: entry.key, value: entry.value ?? "", expected: kind)
    }
    return value
  }

  private static func entries(of file: FilePath, _ level: Level) throws(GitError) -> [Entry] {
    // libgit2 opens what a file includes before anybody can say no, be it a pipe that nobody writes to.
    if level == .shared { return try ownEntries(of: file, level) }
    // Most files of most workspaces are missing: libgit2 needn't be started for them.
    guard try systemCall({ () throws(SystemCallError) in try FileStatus(at: file, followingLinks: true) }) != nil else {
      return []
    }
    return try entries(in: try open(file), file, level)
  }

  /// The entries of a file alone, without what it includes; none if it is missing.
  ///
  /// A shared file, which comes with a clone, must be a file and no link.
  static func ownEntries(of file: FilePath, _ level: Level) throws(GitError) -> [Entry] {
    let bytes = try systemCall { () throws(SystemCallError) in try contents(of: file, isTrusted: level != .shared) }
    guard let bytes, !bytes.isEmpty else { return [] }
    // libgit2 reads files only, so it gets one that nobody else sees.
    let copy = try systemCall { () throws(SystemCallError) in try anonymousFile(IncludeMask.hide(bytes), for: file) }
    defer { try? copy.close() }  // it is gone with this
    guard let place = FilePath(bytes: Array("/proc/self/fd/\(copy.rawValue)".utf8)) else { return [] }
    return try entries(in: try open(place, for: file), file, level).map { entry in
      Entry(key: IncludeMask.shown(entry.key), value: entry.value, level: level)
    }
  }

  private static func anonymousFile(_ bytes: [UInt8], for file: FilePath) throws(SystemCallError) -> FileDescriptor {
    let number = mlt_git_file_in_memory()
    guard number >= 0 else { throw SystemCallError("read", file, Errno(rawValue: errno)) }
    let descriptor = FileDescriptor(rawValue: number)
    do {
      _ = try descriptor.writeAll(bytes)
      return descriptor
    } catch {
      try? descriptor.close()  // the failure that matters is being reported
      throw SystemCallError("read", file, error as? Errno ?? .ioError)
    }
  }

  private static let sizeLimit = 1 << 20

  private static func contents(of file: FilePath, isTrusted: Bool) throws(SystemCallError) -> [UInt8]? {
    guard try FileStatus(at: file, followingLinks: isTrusted) != nil else { return nil }
    return try attempting("read", file) {
      let links: FileDescriptor.OpenOptions = isTrusted ? [] : [.noFollow]
      let descriptor = try FileDescriptor.open(
        file, .readOnly, options: links.union([.nonBlocking, .closeOnExec]))
      return try descriptor.closeAfter {
        guard try FileStatus(of: descriptor, path: file).kind == .regular else { throw Errno.invalidArgument }
        var bytes = [UInt8](repeating: 0, count: sizeLimit + 1)
        var size = 0
        while size < bytes.count {
          let count = try bytes.withUnsafeMutableBytes {
            try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[size...]))
          }
          if count == 0 { return Array(bytes[..<size]) }
          size += count
        }
        throw Errno.fileTooLarge
      }
    }
  }

  private static func entries(
    in configuration: borrowing OwnedPointer, _ file: FilePath, _ level: Level
  ) throws(GitError) -> [Entry] {
    let pointer = configuration.pointer
    let iterator = try OwnedPointer.making("read configuration", file, free: git_config_iterator_free) {
      git_config_iterator_new(&$0, pointer)
    }
    var entries: [Entry] = []
    while true {
      var next: UnsafeMutablePointer<git_config_entry>?
      let code = git_config_next(&next, iterator.pointer)
      if code == GIT_ITEROVER.rawValue { return entries }
      try GitLibrary.check(code, "read configuration", file)
      guard let entry = next?.pointee, let name = entry.name else { continue }
      let value = entry.value.map { String(cString: $0) }
      entries.append(Entry(key: String(cString: name), value: value, level: level))
    }
  }

  /// Opens a configuration file, which need not exist.
  ///
  /// - Parameter named: the file to name where it can't be read, if it is another.
  static func open(_ file: FilePath, for named: FilePath? = nil) throws(GitError) -> OwnedPointer {
    try GitLibrary.start()
    var configuration: OpaquePointer?
    let code = GitLibrary.withCString(file.bytes) { git_config_open_ondisk(&configuration, $0) }
    let file = named ?? file
    guard code >= 0, let configuration else {
      let failure = GitLibrary.failure("read configuration", file, code)
      // libgit2 reports what it can't parse as the configuration's failure, what it can't read as the system's.
      if failure.errorClass == Int(GIT_ERROR_CONFIG.rawValue) {
        throw .malformedConfiguration(file, line: line(in: failure.message), failure)
      }
      throw .failed(failure)
    }
    return OwnedPointer(configuration, free: git_config_free)
  }

  /// The line that libgit2 names as `(in FILE:LINE)` or `(in FILE:LINE, column N)`; nil if its words are others.
  private static func line(in message: String) -> Int? {
    guard let colon = message.lastIndex(of: ":") else { return nil }
    return Int(message[message.index(after: colon)...].prefix { $0.isASCII && $0.isNumber })
  }
}

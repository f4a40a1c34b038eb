internal import MLTBase
public import SystemPackage

/// A path as the journal names it: from the work tree's root, or absolute if outside.
public struct WorkPath: Hashable, Sendable {
  /// The path's bytes; without leading slash when inside the work tree, never empty, `.` for the root itself.
  public let bytes: [UInt8]

  /// Takes bytes that are already normal: no `.`, no `..`, no doubled slash.
  package init(normal bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads the textual form; nil if its quoting is broken.
  public init?(text: String) {
    guard let bytes = PathText.decode(text), !bytes.isEmpty, !bytes.contains(0) else { return nil }
    self.bytes = bytes
  }

  /// The path's textual form, one line.
  public var text: String { PathText.encode(bytes) }

  /// Whether the path lies outside the work tree.
  public var isOutside: Bool { bytes.first == UInt8(ascii: "/") }

  /// Whether the path is the work tree's root.
  public var isRoot: Bool { bytes == [UInt8(ascii: ".")] }

  /// Feeds the bytes to a hasher.
  public func hash(into hasher: inout Hasher) {
    // All at once: the array's own way is byte by byte.
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  /// The names on the way from the root.
  public var components: [[UInt8]] { names.map(Array.init) }

  /// The names on the way from the root, as parts of the path's bytes.
  var names: [ArraySlice<UInt8>] { isRoot ? [] : bytes.split(separator: UInt8(ascii: "/")) }

  /// The last name.
  public var name: [UInt8] {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), bytes.count > 1 else { return bytes }
    return Array(bytes[(slash + 1)...])
  }

  /// The path of the folder around; nil for the root and for `/`.
  public var parent: WorkPath? {
    guard !isRoot, bytes != [UInt8(ascii: "/")] else { return nil }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return WorkPath(normal: [UInt8(ascii: ".")]) }
    return WorkPath(normal: slash == 0 ? [UInt8(ascii: "/")] : Array(bytes[..<slash]))
  }

  /// The path of something in this folder.
  public func appending(_ name: [UInt8]) -> WorkPath {
    if isRoot { return WorkPath(normal: name) }
    if bytes == [UInt8(ascii: "/")] { return WorkPath(normal: bytes + name) }
    return WorkPath(normal: bytes + [UInt8(ascii: "/")] + name)
  }

  /// Whether this path lies in `folder`, at any depth.
  public func isBelow(_ folder: WorkPath) -> Bool {
    if folder.isRoot { return !isOutside && !isRoot }
    return bytes.count > folder.bytes.count + 1 && bytes.starts(with: folder.bytes)
      && bytes[folder.bytes.count] == UInt8(ascii: "/")
  }

  /// The names on the way from `folder`; nil if this path doesn't lie in it.
  public func components(below folder: WorkPath) -> [[UInt8]]? {
    guard isBelow(folder) else { return nil }
    if folder.isRoot { return components }
    return bytes[(folder.bytes.count + 1)...].split(separator: UInt8(ascii: "/")).map(Array.init)
  }

  /// The way from a folder to this path, `.` from the folder to itself; the path as it is if either lies outside.
  func bytes(from folder: WorkPath) -> [UInt8] {
    if isOutside || folder.isOutside { return bytes }
    let (start, end) = (folder.components, components)
    let shared = zip(start, end).prefix { $0 == $1 }.count
    let names = Array(repeating: Array("..".utf8), count: start.count - shared) + end[shared...]
    return names.isEmpty ? [UInt8(ascii: ".")] : Array(names.joined(separator: [UInt8(ascii: "/")]))
  }

  /// The path in the file system, given the work tree's root.
  public func filePath(in root: FilePath) -> FilePath {
    if isRoot { return root }
    // Made for every file of a walk: joining bytes costs a fraction of what joining paths does.
    return FilePath(bytes: isOutside ? bytes : root.bytes + [UInt8(ascii: "/")] + bytes) ?? root
  }
}

extension WorkPath: Comparable {
  /// Orders paths by their bytes.
  public static func < (left: WorkPath, right: WorkPath) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

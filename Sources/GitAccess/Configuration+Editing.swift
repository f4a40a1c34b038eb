internal import CLibgit2
internal import MLTBase
public import SystemPackage

extension Configuration {
  /// Sets a key in a file, which is made if missing; comments and all other lines stay.
  ///
  /// The file is replaced as a whole, under a lock file beside it (`FILE.lock`).
  ///
  /// - Throws: ``GitError/invalidKey(_:)`` or ``GitError/invalidValue(key:value:expected:)`` if they can't be stored,
  ///   ``GitError/severalValues(key:file:)`` if the file has several values of the key, ``GitError/locked(_:)`` if another
  ///   process is writing it, ``GitError/malformedConfiguration(_:line:_:)`` if it can't be parsed, ``GitError/failed(_:)``
  ///   or ``GitError/system(_:)`` if it can't be written.
  public static func set(_ key: String, _ value: String, in file: FilePath) throws(GitError) {
    let name = try ConfigurationKey(key).text
    let own = try ownEntries(of: file, .local).filter { $0.key == name }
    guard own.count < 2 else { throw .severalValues(key: name, file: file) }
    let isIncluded = try Configuration(files: [(.local, file)]).strings(name).count > own.count
    try write(key, value, in: file) { configuration, key, value in
      // libgit2 sets nothing that an included file sets too, but for a value that matches an expression; a name without
      // a value matches none.
      isIncluded && own.first.map { $0.value != nil } ?? true
        ? git_config_set_multivar(configuration, key, own.isEmpty ? "$^" : ".*", value)
        : git_config_set_string(configuration, key, value)
    }
  }

  /// Adds a value to the ones that a key has in a file, which is made if missing.
  ///
  /// - Throws: As ``set(_:_:in:)``, but for several values.
  public static func add(_ key: String, _ value: String, in file: FilePath) throws(GitError) {
    // No value matches the expression, so none is replaced (git-config(1) does it in the same way).
    try write(key, value, in: file) { git_config_set_multivar($0, $1, "$^", $2) }
  }

  /// Removes all values of a key from a file.
  ///
  /// - Returns: Whether there were any.
  /// - Throws: As ``set(_:_:in:)``, but for several values.
  public static func unset(_ key: String, in file: FilePath) throws(GitError) -> Bool {
    let name = try ConfigurationKey(key).text
    guard try count(of: name, in: file) > 0 else { return false }
    let configuration = try open(file)
    let code = git_config_delete_multivar(configuration.pointer, name, ".*")
    if code == GitLibrary.notFound { return false }
    try checkWriting(code, file)
    return true
  }

  private static func write(
    _ key: String, _ value: String, in file: FilePath,
    _ set: (OpaquePointer, UnsafePointer<CChar>, UnsafePointer<CChar>) -> CInt
  ) throws(GitError) {
    let name = try ConfigurationKey(key).text
    guard !value.utf8.contains(0) else { throw .invalidValue(key: name, value: value, expected: .text) }
    let folder = file.removingLastComponent()
    if !folder.isEmpty { try systemCall { () throws(SystemCallError) in try FileOperations.createFolder(folder) } }
    let configuration = try open(file)
    let code = GitLibrary.withCString(key.utf8) { key in
      GitLibrary.withCString(value.utf8) { set(configuration.pointer, key, $0) }
    }
    try checkWriting(code, file)
  }

  private static func count(of name: String, in file: FilePath) throws(GitError) -> Int {
    try ownEntries(of: file, .local).count { $0.key == name }
  }

  private static func checkWriting(_ code: CInt, _ file: FilePath) throws(GitError) {
    if code == GitLibrary.locked { throw .locked(file) }
    try GitLibrary.check(code, "write configuration", file)
  }
}

internal import SystemPackage

/// A libgit2 handle with one owner, freed when the owner lets go of it.
///
/// libgit2's handles aren't safe to use from several threads; whoever holds one sees to that.
struct OwnedPointer: ~Copyable {
  let pointer: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  /// Takes a handle that a libgit2 function has just made, and the function that frees it.
  init(_ pointer: OpaquePointer, free: @escaping (OpaquePointer?) -> Void) {
    self.pointer = pointer
    self.free = free
  }

  deinit {
    free(pointer)
  }

  /// Calls a libgit2 function that makes a handle, and takes the handle.
  ///
  /// - Throws: ``GitError/failed(_:)`` if the function reports a failure or makes nothing.
  static func making(
    _ operation: String, _ path: FilePath? = nil, free: @escaping (OpaquePointer?) -> Void,
    _ make: (inout OpaquePointer?) -> CInt
  ) throws(GitError) -> OwnedPointer {
    var pointer: OpaquePointer?
    let code = make(&pointer)
    guard code >= 0, let pointer else { throw .failed(GitLibrary.failure(operation, path, code)) }
    return OwnedPointer(pointer, free: free)
  }

  /// Calls a libgit2 function that makes a handle, and takes the handle; nil if there is no such thing.
  static func finding(
    _ operation: String, _ path: FilePath? = nil, free: @escaping (OpaquePointer?) -> Void,
    _ make: (inout OpaquePointer?) -> CInt
  ) throws(GitError) -> OwnedPointer? {
    var pointer: OpaquePointer?
    let code = make(&pointer)
    if code == GitLibrary.notFound { return nil }
    guard code >= 0, let pointer else { throw .failed(GitLibrary.failure(operation, path, code)) }
    return OwnedPointer(pointer, free: free)
  }
}

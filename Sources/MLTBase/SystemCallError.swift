public import SystemPackage

/// A system call that failed, with what was being attempted.
public struct SystemCallError: Error, Hashable, Sendable {
  /// What was attempted, as an infinitive: `open`, `write`, `rename`.
  public let operation: String
  /// The path it was attempted on, if any.
  public let path: FilePath?
  /// The system's reason.
  public let errno: Errno

  /// Takes the facts of the failure.
  public init(_ operation: String, _ path: FilePath?, _ errno: Errno) {
    self.operation = operation
    self.path = path
    self.errno = errno
  }
}

extension SystemCallError: CustomStringConvertible {
  /// A lower-case phrase for messages, as `cannot open 'data.csv': No such file or directory`.
  public var description: String {
    let subject = path.map { " '\(PathText.encode($0.bytes))'" } ?? ""
    return "cannot \(operation)\(subject): \(errno)"
  }
}

/// Runs `body`, turning the `Errno` it throws into a ``SystemCallError`` with context.
package func attempting<Result>(
  _ operation: String, _ path: FilePath?, _ body: () throws -> Result
) throws(SystemCallError) -> Result {
  do {
    return try body()
  } catch let errno as Errno {
    throw SystemCallError(operation, path, errno)
  } catch let error as SystemCallError {
    throw error
  } catch {
    preconditionFailure("system calls fail with an errno, not with \(error)")
  }
}

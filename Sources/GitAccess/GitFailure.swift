internal import MLTBase
public import SystemPackage

/// A failure as libgit2 reports it, with what was being attempted.
public struct GitFailure: Hashable, Sendable {
  /// What was attempted, as an infinitive: `open repository`, `read index`.
  public let operation: String
  /// The path it was attempted on, if any.
  public let path: FilePath?
  /// libgit2's result, one of `git_error_code`.
  public let code: Int
  /// The part of libgit2 that failed, one of `git_error_t`; 0 where it doesn't say.
  public let errorClass: Int
  /// libgit2's own words, for people only; empty where it has none.
  public let message: String

  /// Takes the facts of the failure.
  public init(operation: String, path: FilePath?, code: Int, errorClass: Int, message: String) {
    self.operation = operation
    self.path = path
    self.code = code
    self.errorClass = errorClass
    self.message = message
  }
}

extension GitFailure: CustomStringConvertible {
  /// A lower-case phrase for messages, as `cannot read index 'repo': invalid data`.
  public var description: String {
    let subject = path.map { " '\($0.text)'" } ?? ""
    return "cannot \(operation)\(subject)" + (message.isEmpty ? " (code \(code))" : ": \(message)")
  }
}

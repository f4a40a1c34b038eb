/// Where the texts of a project come from: the work tree, what is staged, a commit.
public protocol ProjectFiles {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the path from the project's root, or one that leads out of it (`../x`, `/x`).
  ///   - limit: the most bytes that are wanted.
  func read(_ path: String, limit: Int) -> FileText
}

/// What a ``ProjectFiles`` has for a path.
public enum FileText: Sendable {
  /// The file's bytes.
  case bytes([UInt8])
  /// There is nothing.
  case missing
  /// There is a folder.
  case folder
  /// The file has more bytes than are wanted.
  case tooLarge
  /// The file can't be read, in words.
  case unreadable(String)
}

extension ProjectFiles {
  // More than any pipeline or parameter file has that a person wrote.
  static var sizeLimit: Int { 8 << 20 }

  /// Reads a text; nil if there is none.
  func text(_ path: String) throws(PipelineProblem) -> String? {
    switch read(path, limit: Self.sizeLimit) {
    case .bytes(let bytes):
      guard bytes.count <= Self.sizeLimit else { throw PipelineProblem(file: path, .tooLarge) }
      guard let text = String(validating: bytes, as: UTF8.self) else { throw PipelineProblem(file: path, .notText) }
      // A byte order mark is no part of the text.
      return text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? String(text.unicodeScalars.dropFirst()) : text
    case .missing: return nil
    case .folder: throw PipelineProblem(file: path, .isFolder)
    case .tooLarge: throw PipelineProblem(file: path, .tooLarge)
    case .unreadable(let words): throw PipelineProblem(file: path, .unreadable(words))
    }
  }
}

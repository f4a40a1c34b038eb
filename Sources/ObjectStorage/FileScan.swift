internal import Glibc
internal import MLTBase
internal import SystemPackage

/// Reads one file of a folder that is being walked, on whatever thread.
struct FileScan {
  /// What came of it.
  enum Outcome {
    /// The content of a file that stayed as it was, and the range of its objects among those prepared.
    case content(ContentID, objects: Range<Int>)
    /// The file isn't as it was when the walk met it: it must be read with more care.
    case changed
    /// It couldn't be read.
    case failed(Errno)
  }

  /// Files up to this size are read whole by one thread.
  static let wholeLimit: Int64 = 2 << 20

  let folder: FolderHandle
  let name: UnsafePointer<CChar>
  /// The status that the walk found.
  let status: FileStatus
  let isCancelled: (@Sendable () -> Bool)?

  /// Reads the file.
  ///
  /// - Parameter objects: takes what is to be stored; nil to name the content only, whatever the file's size.
  func run(into objects: PreparedObjects?, _ tools: WorkerTools) -> Outcome {
    do throws(Errno) {
      let file = try folder.openFile(name)
      defer { try? file.close() }  // nothing was written
      let first = objects?.count ?? 0
      let content: ContentID?
      if let objects {
        content = try whole(file, tools).map { objects.addFile($0, tools) }
      } else if status.size <= tools.buffer.bytes.count {
        content = try whole(file, tools).map { ContentHasher.contentID(of: $0) }
      } else {
        content = try hash(file, tools)
      }
      // Nothing happened to the file since the walk looked at it: opening it needs no look of its own.
      guard let content, try isUnchanged(file) else { return .changed }
      return .content(content, objects: first..<(objects?.count ?? 0))
    } catch {
      return .failed(error)
    }
  }

  private func isUnchanged(_ file: FileDescriptor) throws(Errno) -> Bool {
    do throws(SystemCallError) {
      return try FileStatus(of: file, path: nil) == status
    } catch {
      throw error.errno
    }
  }

  // The file's bytes, nil if they are more or fewer than they should be.
  private func whole(_ file: FileDescriptor, _ tools: WorkerTools) throws(Errno) -> UnsafeRawBufferPointer? {
    let count = Int(status.size)
    // Room for one more byte shows whether one that is said to be empty is.
    tools.buffer.reserve(count + 1)
    var done = 0
    while done < max(count, 1) {
      let got = try Self.read(file, into: UnsafeMutableRawBufferPointer(rebasing: tools.buffer.bytes[done...count]))
      if got == 0 { break }
      done += got
    }
    return done == count ? tools.buffer.prefix(count) : nil
  }

  private func hash(_ file: FileDescriptor, _ tools: WorkerTools) throws(Errno) -> ContentID? {
    var hasher = ContentHasher()
    var size: Int64 = 0
    while size < status.size {
      if let isCancelled, isCancelled() { return nil }
      let got = try Self.read(file, into: tools.buffer.bytes)
      if got == 0 { break }
      hasher.update(tools.buffer.prefix(got))
      size += Int64(got)
    }
    return size == status.size ? hasher.finalize() : nil
  }

  private static func read(_ file: FileDescriptor, into target: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    while true {
      let got = Glibc.read(file.rawValue, target.baseAddress, target.count)
      if got >= 0 { return got }
      let code = Errno(rawValue: errno)
      if code != .interrupted { throw code }
    }
  }
}

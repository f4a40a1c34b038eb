internal import Glibc
internal import Journaling
internal import MLTBase
internal import SystemPackage

/// Appends annotations to the journal in a folder, closing segments at a size: `journal-appender FOLDER COUNT SIZE SEGMENT`.
///
/// Each has a tag of SIZE characters. For every one that `append` has returned from, a byte is written to standard output, so
/// that a test knows what must have survived.
@main
enum JournalAppender {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let count = Int(arguments[2]), let size = Int(arguments[3]),
      let segmentSize = Int64(arguments[4])
    else { exit(2) }
    do {
      let journal = try Journal(
        folder: FilePath(arguments[1]), host: "here", clock: .system, segmentSize: segmentSize)
      let fact = RunAnnotated(run: RunID.random(), tags: ["filler": String(repeating: "x", count: size)])
      for _ in 0..<count {
        try journal.append([fact], durable: false)
        var byte: UInt8 = 1
        guard write(1, &byte, 1) == 1 else { exit(1) }
      }
    } catch {
      exit(1)
    }
  }
}

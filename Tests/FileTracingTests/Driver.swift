import FileTracing
import Glibc
import MLTBase
import SystemPackage
import TestSupport

/// A front end in a process of its own, and the log of what it was told.
struct Driver {
  let folder: FilePath
  let log: FilePath
  let spool: FilePath
  let process: ChildProcess

  /// The program, which is built beside the tests.
  static var program: String { ProgramBesideTests.path("tracing-test-driver").string }

  /// Starts it on a shell script that runs in a folder.
  init(_ script: String, in folder: FilePath, options: [String] = [], before: [String] = []) throws {
    let name = Hex.encode(FileOperations.randomBytes(8))
    self.folder = folder
    log = folder.appending("log-" + name)
    spool = folder.appending("spool-" + name)
    process = try spawn(
      before + [Driver.program, log.string, spool.string, "mlt-test-" + name] + options
        + ["--", "/bin/sh", "-c", "cd '\(folder.string)' || exit 99\n" + script])
  }

  /// The lines logged so far.
  func lines() -> [String] {
    let text = String(decoding: (try? FileOperations.contents(of: log)) ?? [], as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
  }
}

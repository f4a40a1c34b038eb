internal import Glibc
internal import MLTBase
internal import ObjectStorage
internal import SystemPackage
internal import TestSupport

/// Writes to the store in a folder and ends badly: `store-writer killed|limited FOLDER`.
///
/// `killed` kills itself once one pack is published and another on its way. `limited` may write files of 1 MiB and is
/// to fail at that, and to go on failing: it exits with 0 if so, else with the number of what went wrong.
///
/// With a seed, `collect`, `collecting`, `writing` and `repair` do so until they die at a moment that the seed chooses.
@main
enum StoreWriter {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { exit(64) }
    let folder = FilePath(arguments[2])
    let seed = arguments.count > 3 ? UInt64(arguments[3]) ?? 0 : 0
    switch arguments[1] {
    case "killed": try killed(folder)
    case "limited": exit(try limited(folder))
    case "collect": try Maintenance.collect(folder, seed, rounds: 1)
    case "collecting": try Maintenance.collect(folder, seed, rounds: .max)
    case "writing": try Maintenance.write(folder, seed)
    case "repair": try Maintenance.repair(folder, seed)
    default: exit(64)
    }
  }

  private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var words = [UInt64](repeating: 0, count: count / 8)
    for index in words.indices { words[index] = generator.next() }
    return words.withUnsafeBytes { Array($0) }
  }

  private static func killed(_ folder: FilePath) throws {
    let writer = try ObjectStore(folder: folder).begin()
    for seed in 0..<9 as Range<UInt64> { _ = try writer.addBytes(bytes(8 << 20, seed: seed)) }
    // A full pack is published by another thread, in its own time.
    while try FileOperations.names(in: folder.appending("packs")).count < 2 { sched_yield() }
    kill(getpid(), SIGKILL)
  }

  private static func limited(_ folder: FilePath) throws -> Int32 {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
    guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { return 65 }
    let writer = try ObjectStore(folder: folder).begin()
    let large = Result {
      _ = try writer.addBytes(bytes(3 << 20, seed: 1))
      try writer.finish()
    }
    guard case .failure(StorageError.system(let error)) = large, error.errno == .fileTooLarge else { return 1 }
    // It has said that earlier objects are there: it must not go on as if they were.
    let afterwards = Result { try writer.finish() }
    if case .success = afterwards { return 2 }
    return 0
  }
}

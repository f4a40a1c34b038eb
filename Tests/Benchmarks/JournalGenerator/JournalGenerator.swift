internal import Glibc
internal import Journaling
internal import LineageIndexing
internal import MLTBase
internal import SystemPackage

/// Writes a journal of invented runs, or times an index of one.
///
///     journal-generator write FOLDER RUNS [DEPTH [FILES [SEED [WIDTH [METRICS]]]]]
///     journal-generator time FOLDER
@main
enum JournalGenerator {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let numbers = arguments.dropFirst(2).compactMap { Int($0) }
    switch arguments.first {
    case "write" where arguments.count > 2 && numbers.count == arguments.count - 2:
      try write(
        FilePath(arguments[1]), runs: numbers[0], depth: numbers.count > 1 ? numbers[1] : 50,
        filesPerRun: numbers.count > 2 ? numbers[2] : 1, seed: UInt64(numbers.count > 3 ? numbers[3] : 1),
        width: numbers.count > 4 ? numbers[4] : 1, metrics: numbers.count > 5 ? numbers[5] : 0)
    case "time" where arguments.count == 2:
      try IndexTiming(FilePath(arguments[1])).run()
    default:
      print("usage: journal-generator write FOLDER RUNS [DEPTH [FILES [SEED [WIDTH [METRICS]]]]] | time FOLDER")
      exit(2)
    }
  }

  private static func write(
    _ folder: FilePath, runs: Int, depth: Int, filesPerRun: Int, seed: UInt64, width: Int, metrics: Int
  ) throws {
    try Journal.create(in: folder, host: "generator")
    let journal = try Journal(folder: folder, host: "generator")
    var factory = RunFactory(depth: depth, width: width, filesPerRun: filesPerRun, metricsPerRun: metrics, seed: seed)
    var batch: [any Fact] = []
    for _ in 0..<runs {
      batch += factory.next()
      if batch.count >= 2000 {
        try journal.append(batch, durable: false)
        batch.removeAll(keepingCapacity: true)
      }
    }
    try journal.append(batch, durable: true)
  }
}

internal import MLTBase

/// One run of a simulated month.
struct SimulatedRun {
  /// A file that was read or written.
  struct File {
    var path: String
    var content: ContentID?
    var size: Int
    var isInGit = false
  }

  var component: Int
  var day: Int
  /// Tells runs of one step on one day apart.
  var attempt: String
  var started: Int64
  var ended: Int64
  var isFailed = false
  var inputs: [File] = []
  var outputs: [File] = []
  var command: [String] = []
  var parameters: [String: String] = [:]
  var packages: [(name: String, version: String)] = []
  var commit = ""
  var host = ""
  var user = ""
  var metrics: [(name: String, value: Double)] = []
}

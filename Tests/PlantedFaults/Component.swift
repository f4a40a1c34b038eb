/// One step of a drawn pipeline.
struct Component {
  enum Kind: String {
    case ingest, clean, join, features, train, promote, predict, report, export
  }

  /// A file that is read or written: one path, or one for each day.
  struct Place: Hashable {
    var base: String
    var isDaily: Bool
    var suffix: String

    func path(_ day: Int) -> String {
      isDaily ? base + "/" + Calendar.date(day) + suffix : base + suffix
    }
  }

  /// Something that a step reads.
  struct Port {
    var place: Place
    /// How many days up to today, of a daily file.
    var days = 1
  }

  struct Parameter {
    var name: String
    var value: Double
    /// What somebody may type by mistake.
    var typo: Double
    /// Whether results depend on it.
    var isEffective: Bool
  }

  var name: String
  var kind: Kind
  var script: String
  var inputs: [Port]
  var output: Place
  /// A second output of training: its metrics.
  var metrics: Place?
  var parameters: [Parameter] = []
  /// A reference file that it reads.
  var reference: String?
  /// Whether parameters are given on the command line; else they stand in `params.yaml`.
  var takesArguments = true
  /// It runs every so many days.
  var cadence = 1
  var packages: [String] = []
  var host = "etl-1"
  var owner = ""

  func runs(on day: Int) -> Bool { (day - 1) % cadence == 0 }
}

/// The thirty days of a bench.
enum Calendar {
  static let lastDay = 30
  /// Midnight before the first day: 2026-09-01.
  static let start: Int64 = 1_788_220_800_000_000

  static func date(_ day: Int) -> String { "2026-09-" + (day < 10 ? "0" : "") + String(day) }

  /// The microseconds since 1970 at a minute of a day.
  static func moment(_ day: Int, minute: Double) -> Int64 {
    start + Int64(day - 1) * 86_400_000_000 + Int64(minute * 60_000_000)
  }

  /// Less is going on at weekends; the first of September 2026 is a Tuesday.
  static func weekdayFactor(_ day: Int) -> Double { [1.0, 1.02, 0.99, 1.08, 0.72, 0.65, 0.95][(day - 1) % 7] }
}

/// Where data comes in from outside.
struct Source {
  var name: String
  /// Whether it brings the events of one day; else it is the whole table of customers, written anew each day.
  var isDaily: Bool
  var columns: [String]
  var means: [Double]
  var place: Component.Place
  /// How many rows it brings on an ordinary day.
  var rows: Int
  /// The step that fetches it; nil where the files are simply there.
  var ingest: Int?
}

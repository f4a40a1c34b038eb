/// How reviews of many planted faults came out, by kind of fault.
package struct ReviewTable: Sendable {
  /// The reviews of one kind of fault.
  package struct Row: Sendable {
    /// How many there were.
    package var count = 0
    /// How many had the fault in the first place.
    package var first = 0
    /// How many had it among the first three.
    package var firstThree = 0
    /// How many had it among the first three of mltrace's count.
    package var counted = 0

    fileprivate mutating func add(_ place: Int?, _ countedPlace: Int?) {
      count += 1
      if place == 1 { first += 1 }
      if let place, place <= 3 { firstThree += 1 }
      if let countedPlace, countedPlace <= 3 { counted += 1 }
    }
  }

  /// All reviews together.
  package private(set) var total = Row()
  private var rows: [PlantedFault.Kind: Row] = [:]

  /// Starts with none.
  package init() {}

  /// Takes in how one review came out: the fault's place, and its place by mltrace's count.
  package mutating func add(_ kind: PlantedFault.Kind, place: Int?, countedPlace: Int?) {
    rows[kind, default: Row()].add(place, countedPlace)
    total.add(place, countedPlace)
  }

  /// The table, a line for each kind.
  package var text: String {
    func line(_ name: String, _ cells: [String]) -> String {
      name + String(repeating: " ", count: max(1, 22 - name.count))
        + cells.map { String(repeating: " ", count: max(0, 8 - $0.count)) + $0 }.joined()
    }
    func cells(_ row: Row) -> [String] { [row.count, row.first, row.firstThree, row.counted].map(String.init) }
    var lines = [line("kind of fault", ["seeds", "first", "top 3", "count"])]
    for kind in PlantedFault.Kind.allCases {
      if let row = rows[kind] { lines.append(line(kind.rawValue, cells(row))) }
    }
    return (lines + [line("all", cells(total))]).joined(separator: "\n")
  }
}

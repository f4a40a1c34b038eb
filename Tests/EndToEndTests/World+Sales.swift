import MLTBase
import SystemPackage
import Testing

extension World {
  /// Writes a pipeline of four components: `clean` and `rates` feed `join`, and `report` sums up.
  func makeSales() throws {
    try write(
      "clean.sh", "# Prices come in cents.\nawk -F, '{ printf \"%s,%.2f\\n\", $1, $2 / 100 }' sales.csv > clean.csv\n")
    try write("rates.sh", "cp rates.txt rates.out\n")
    try write(
      "join.sh", "awk -F, -v r=$(cat rates.out) '{ printf \"%s,%.2f\\n\", $1, $2 * r }' clean.csv > joined.csv\n")
    try write("report.sh", "awk -F, '{ s += $2 } END { printf \"total,%.2f\\n\", s }' joined.csv > report.csv\n")
    try write("rates.txt", "1.25\n")
    try expectSuccess(shell("git add clean.sh rates.sh join.sh report.sh rates.txt && git commit -q -m pipeline"))
  }

  /// Writes a day's sales, forty of them, that differ a little from day to day.
  func bring(day: Int, factor: Int = 1) throws {
    var text = ""
    for row in 0..<40 { text += "item\(row),\((1000 + row * 37 + (row * day * 13) % 97) * factor)\n" }
    try write("sales.csv", text)
  }

  /// Runs all four components, and returns the last one's record.
  @discardableResult
  func runSales(_ options: [String] = []) throws -> RecordedRun {
    try record("sh clean.sh", options: ["-c", "clean"] + options)
    try record("sh rates.sh", options: ["-c", "rates"] + options)
    try record("sh join.sh", options: ["-c", "join"] + options)
    return try record("sh report.sh", options: ["-c", "report"] + options)
  }
}

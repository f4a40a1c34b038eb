import ContentComparison
import MLTBase
import Testing

/// What is said to be unusual of a file beside earlier versions of it.
@Suite struct SurpriseTests {
  /// A generator of numbers, always the same ones for a seed.
  private struct Numbers {
    var state: UInt64

    mutating func next() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = state
      bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
      return Double((bits ^ bits >> 31) >> 11) * 0x1p-53
    }

    /// Nearly a normal distribution.
    mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + next() } }
  }

  private enum Fault: String, CaseIterable {
    case none, halved, scaled, constant, missing, category, column, shifted, text
  }

  /// One day's orders: numbers drift, weekdays differ, and chance does the rest.
  private func day(_ day: Int, _ seed: Int, _ fault: Fault = .none) throws -> ContentProfile {
    var numbers = Numbers(state: UInt64(seed &* 1000 &+ day))
    let weekday = [1.0, 1.05, 1.02, 0.98, 1.1, 0.9, 0.95][day % 7]
    var rows = Int(300 * weekday * (1 + 0.03 * numbers.normal()))
    if fault == .halved { rows /= 2 }
    let level = 50 * (1 + 0.01 * numbers.normal()) + Double(day) * 0.2
    var text = "id,price,age,country,day" + (fault == .column ? "\n" : ",score\n")
    for row in 0..<max(1, rows) {
      var price = level + 12 * numbers.normal()
      if fault == .scaled { price *= 100 }
      if fault == .shifted { price += 40 }
      let isMissing = numbers.next() < (fault == .missing ? 0.35 : 0.05)
      let age = isMissing ? "" : fault == .constant ? "0" : "\(Int(40 + 12 * numbers.normal()))"
      let place = numbers.next()
      let country = fault == .category && place < 0.3 ? "XX" : place < 0.5 ? "DE" : place < 0.8 ? "FR" : "IT"
      let shown = fault == .text && row % 3 == 0 ? "n. a. (\(row))" : "\(price)"
      text += "\(day * 10_000 + row),\(shown),\(age),\(country),2026-01-\(day < 9 ? "0" : "")\(day + 1)"
      text += fault == .column ? "\n" : ",\(numbers.next())\n"
    }
    return try ContentProfile(of: BytesInMemory(Array(text.utf8)), name: "t.csv")
  }

  @Test("what varies from day to day is nothing unusual", arguments: [2, 4, 10])
  func usual(_ count: Int) throws {
    var unusual: [String] = []
    let seeds = 6
    for seed in 0..<seeds {
      let history = try (0..<count).map { try day($0, seed) }
      let (score, phrases) = try day(count, seed).surprise(given: history)
      #expect((score > 0) == !phrases.isEmpty)
      if score > 0 { unusual.append("seed \(seed): \(phrases[0]) (\(score))") }
    }
    #expect(unusual.count <= 1, "\(unusual)")
  }

  @Test("faults stand out, with two earlier versions and with ten", arguments: [2, 4, 10])
  func faults(_ count: Int) throws {
    let words: [Fault: String] = [
      .halved: "rows, where", .scaled: "'price'", .constant: "all of 'age' is 0", .missing: "'age' is missing in",
      .category: "'country' has the new value 'XX'", .column: "column 'score' is gone", .shifted: "the mean of 'price'",
      .text: "'price' is mixed",
    ]
    for fault in Fault.allCases where fault != .none {
      let history = try (0..<count).map { try day($0, 77) }
      let (score, phrases) = try day(count, 77, fault).surprise(given: history)
      #expect(score >= 3, "\(fault)")
      #expect(phrases.contains { $0.contains(words[fault] ?? "") }, "\(fault): \(phrases)")
    }
  }

  @Test("a single earlier version and none say little")
  func few() throws {
    let profile = try day(1, 5)
    #expect(profile.surprise(given: []).score == 0)
    #expect(profile.surprise(given: [try day(0, 5)]).score == 0)
    #expect(profile.surprise(given: [profile]).score == 0)
  }
}

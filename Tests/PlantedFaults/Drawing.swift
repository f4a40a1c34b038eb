internal import TestSupport

/// Numbers drawn from a seed by what they are for, so that one draw more elsewhere changes none of them.
struct Drawing {
  let seed: UInt64

  /// The generator for one purpose.
  func generator(_ purpose: String) -> SeededGenerator {
    // FNV-1a: any even spread of names over numbers will do.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed &* 0x9E37_79B9_7F4A_7C15
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return SeededGenerator(seed: hash)
  }

  /// One number from 0 up to 1 for one purpose.
  func unit(_ purpose: String) -> Double {
    var generator = generator(purpose)
    return generator.unit()
  }
}

extension SeededGenerator {
  /// A number from 0 up to 1.
  mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }

  /// A whole number of a range.
  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// A number around 0 with deviation 1: twelve even ones together are near enough to a normal one.
  mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + unit() } }

  /// Whether something of this likelihood happens.
  mutating func chance(_ likelihood: Double) -> Bool { unit() < likelihood }

  /// An element of what isn't empty.
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[int(0...elements.count - 1)] }
}

internal import Glibc

/// Sums up numbers as they come, and keeps a sample of them for quantiles.
struct NumberAccumulator {
  private static let sampleSize = 4096

  private(set) var count: Int64 = 0
  private(set) var infinite: Int64 = 0
  private var zeros: Int64 = 0
  private var negatives: Int64 = 0
  private var least = Double.infinity
  private var greatest = -Double.infinity
  // Sums of the distances from the first number, which keep their digits where all numbers are large and alike.
  private var origin = 0.0
  private var sum = 0.0
  private var squares = 0.0
  private var sample: [Double] = []
  // Algorithm L (Li 1994): which number is sampled next, and the weight that decides the one after.
  private var nextSampled: Int64 = 0
  private var weight = 1.0
  private var generator: UInt64 = 0x9E37_79B9_7F4A_7C15

  @inline(__always)
  mutating func add(_ value: Double) {
    guard value.isFinite else {
      infinite += 1
      return
    }
    if count == 0 { origin = value }
    let distance = value - origin
    sum += distance
    squares += distance * distance
    if value < least { least = value }
    if value > greatest { greatest = value }
    if value == 0 { zeros += 1 }
    if value < 0 { negatives += 1 }
    count += 1
    if count <= Self.sampleSize { keep(value) } else if count >= nextSampled { replace(value) }
  }

  @inline(never)
  private mutating func keep(_ value: Double) {
    sample.append(value)
    if sample.count == Self.sampleSize { skip() }
  }

  @inline(never)
  private mutating func replace(_ value: Double) {
    sample[Int(random() * Double(Self.sampleSize))] = value
    skip()
  }

  private mutating func skip() {
    weight *= exp(log(random()) / Double(Self.sampleSize))
    let gap = log(random()) / log(1 - weight)
    nextSampled = count + 1 + (gap.isFinite && gap < 1e15 ? Int64(gap) : Int64(1e15))
  }

  // SplitMix64, always from the same seed: the same content has the same profile.
  private mutating func random() -> Double {
    generator &+= 0x9E37_79B9_7F4A_7C15
    var bits = generator
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    return (Double(bits >> 11) + 0.5) * 0x1p-53
  }

  /// What the numbers are like; nil if there was none.
  var summary: NumberSummary? {
    guard count > 0 else {
      return nil
    }
    let number = Double(count)
    let variance = count > 1 ? max(0, squares - sum * sum / number) / (number - 1) : 0
    let sorted = sample.sorted()
    let quantiles = NumberSummary.quantileShares.map { share in
      let place = share * Double(sorted.count - 1)
      let low = Int(place)
      let high = min(low + 1, sorted.count - 1)
      return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
    }
    let mean = origin + sum / number
    return NumberSummary(
      count: count, least: least, greatest: greatest, mean: finite(mean), deviation: finite(variance.squareRoot()),
      quantiles: quantiles.map(finite), zeros: zeros, negatives: negatives, infinite: infinite)
  }

  // Sums of very large numbers overflow; a profile holds numbers that JSON can spell.
  private func finite(_ value: Double) -> Double {
    value.isFinite ? value : value.isNaN ? 0 : value < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude
  }
}

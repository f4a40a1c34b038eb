/// How much stages may still hold: a few templates in a few lists, and one declaration could fill any memory.
struct TextBudget {
  /// What a value counts beside its text.
  static let valueCost = 64

  /// The bytes that are left.
  private(set) var left = 128 << 20

  /// Takes from what is left; false if that isn't enough.
  mutating func spend(_ count: Int) -> Bool {
    guard count <= left else { return false }
    left -= count
    return true
  }
}

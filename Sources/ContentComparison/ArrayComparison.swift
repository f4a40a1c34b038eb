/// Compares NumPy's arrays element by element.
enum ArrayComparison {
  /// Compares two files with an array each; false if one isn't one.
  static func compare(_ before: [UInt8], _ after: [UInt8], _ difference: inout ContentDifference) -> Bool {
    guard let left = ArrayFile(before[...]), let right = ArrayFile(after[...]) else { return false }
    compare(left, right, name: "", &difference)
    return true
  }

  /// Compares two archives of arrays; false if one isn't one.
  static func compareArchives(_ before: [UInt8], _ after: [UInt8], _ difference: inout ContentDifference) -> Bool {
    guard let left = ZipArchive(before), let right = ZipArchive(after) else { return false }
    for entry in left.entries where !right.entries.contains(where: { $0.name == entry.name }) {
      difference.note("array '\(short(entry.name))' is gone")
    }
    for entry in right.entries {
      let name = short(entry.name)
      guard let earlier = left.entries.first(where: { $0.name == entry.name }) else {
        difference.note("array '\(name)' is new")
        continue
      }
      guard let mine = left.contents(of: earlier), let yours = right.contents(of: entry) else { return false }
      if mine == yours {
        if let array = ArrayFile(mine[...]), array.kind != nil { difference.values += array.count }
        continue
      }
      if let array = ArrayFile(mine[...]), let other = ArrayFile(yours[...]) {
        compare(array, other, name: name, &difference)
      } else {
        difference.note("'\(entry.name)' differs")
      }
    }
    return true
  }

  private static func short(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }

  private static func compare(
    _ left: ArrayFile, _ right: ArrayFile, name: String, _ difference: inout ContentDifference
  ) {
    let title = name.isEmpty ? "" : "array '\(name)': "
    guard left.shape == right.shape else {
      return difference.note("\(title)shape \(text(left.shape)) against \(text(right.shape))")
    }
    guard let kind = left.kind, let other = right.kind else {
      if left.type != right.type {
        difference.note("\(title)type \(left.type) against \(right.type)")
      } else if left.data != right.data {
        difference.note("\(title)elements of type \(left.type) differ")
      }
      return
    }
    // Another width of the same numbers is another result for whoever reads them.
    if kind != other { difference.note("\(title)type \(left.type) against \(right.type)") }
    let parts: [Int]
    switch (kind, other) {
    case (.complex, .complex): parts = [0, 1]
    case (.complex, _), (_, .complex): return
    default: parts = [0]
    }
    left.data.withUnsafeBytes { mine in
      right.data.withUnsafeBytes { yours in
        for position in 0..<left.count {
          // Where one is stored by columns and the other by rows, the same element stands elsewhere.
          let place =
            left.isFortranOrder == right.isFortranOrder
            ? position : transposed(position, left.shape, left.isFortranOrder)
          for part in parts {
            let first = ArrayElement(mine, kind, position, part, left.isBigEndian)
            let second = ArrayElement(yours, other, place, part, right.isBigEndian)
            first.compare(second, &difference) {
              name + "[" + indices(position, left.shape, left.isFortranOrder) + "]"
            }
          }
        }
      }
    }
  }

  private static func text(_ shape: [Int]) -> String {
    "(" + shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "") + ")"
  }

  private static func split(_ position: Int, _ shape: [Int], _ isFortranOrder: Bool) -> [Int] {
    var rest = position
    var found = [Int](repeating: 0, count: shape.count)
    for axis in isFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
      found[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return found
  }

  private static func indices(_ position: Int, _ shape: [Int], _ isFortranOrder: Bool) -> String {
    split(position, shape, isFortranOrder).map { "\($0)" }.joined(separator: ", ")
  }

  /// Where an element stands in an array of the other order.
  private static func transposed(_ position: Int, _ shape: [Int], _ isFortranOrder: Bool) -> Int {
    let indices = split(position, shape, isFortranOrder)
    var place = 0
    for axis in isFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
      place = place * shape[axis] + indices[axis]
    }
    return place
  }
}

internal import MLTBase

/// How two pictures differ.
public struct ImageChanges: Hashable, Sendable {
  /// Width and height of the earlier, in pixels.
  public var sizeBefore: [Int64]
  /// Width and height of the later.
  public var sizeAfter: [Int64]
  /// How many pixels differ; nil if the sizes do, or the pixels can't be read.
  public var changedPixels: Int64?
  /// The smallest box that has all of them: left, top, width and height.
  public var box: [Int64]?
  /// The largest change of a pixel's red, green, blue or alpha, of ``scale``.
  public var largest: Int?
  /// The most that one of these can be: 255, or 65,535 where one of the pictures has 16 bits a channel.
  public var scale: Int?

  /// Compares two pictures.
  static func compare(_ before: Picture, _ after: Picture, _ headlines: inout [Headline]) -> ImageChanges {
    var changes = ImageChanges(
      sizeBefore: [Int64(before.width), Int64(before.height)], sizeAfter: [Int64(after.width), Int64(after.height)])
    guard changes.sizeBefore == changes.sizeAfter else {
      headlines.say(
        60, "\(after.width) × \(after.height) pixels, and was \(before.width) × \(before.height)")
      return changes
    }
    let isDeep = before.isDeep || after.isDeep
    if isDeep {
      changes.compare(before.deepPixels, after.deepPixels, &headlines)
    } else {
      changes.compare(before.pixels, after.pixels, &headlines)
    }
    if before.isDeep != after.isDeep {
      headlines.say(
        58, after.isDeep ? "it has 16 bits a channel now, and had 8" : "it has 8 bits a channel now, and had 16")
    }
    return changes
  }

  private mutating func compare<Part>(
    _ before: Picture.Pixels<Part>?, _ after: Picture.Pixels<Part>?, _ headlines: inout [Headline]
  ) {
    guard let before, let after else {
      return headlines.say(
        90,
        after == nil
          ? "its pixels can't be read: it is damaged, cut off or too large"
          : "the earlier one's pixels can't be read: it is damaged, cut off or too large")
    }
    if !after.isWhole { headlines.say(90, "it is damaged or cut off: what is missing counts as grey") }
    if !before.isWhole { headlines.say(89, "the earlier one is damaged or cut off: what is missing counts as grey") }
    let (width, height) = (Int(sizeAfter[0]), Int(sizeAfter[1]))
    var (count, largest) = (0, 0)
    var (left, top, right, bottom) = (width, height, -1, -1)
    before.parts.withUnsafeBufferPointer { mine in
      after.parts.withUnsafeBufferPointer { yours in
        for y in 0..<height {
          for x in 0..<width {
            let place = (y * width + x) * 4
            var distance = 0
            for part in place..<(place + 4) {
              distance = max(distance, abs(Int(mine[part]) - Int(yours[part])))
            }
            guard distance > 0 else { continue }
            count += 1
            largest = max(largest, distance)
            (left, right) = (min(left, x), max(right, x))
            (top, bottom) = (min(top, y), max(bottom, y))
          }
        }
      }
    }
    changedPixels = Int64(count)
    self.largest = largest
    scale = Int(Part.max)
    guard count > 0 else { return headlines.say(5, "the same pixels, written otherwise") }
    let box = [left, top, right - left + 1, bottom - top + 1]
    self.box = box.map { Int64($0) }
    let share = Double(count) / Double(width * height)
    headlines.say(
      45 + 20 * share,
      "\(counted(Int64(count), "pixel")) differ\(count == 1 ? "s" : "") (\(percent(share))), "
        + "by \(grouped(Int64(largest))) of \(grouped(Int64(Part.max))) at most, "
        + "within \(box[2]) × \(box[3]) from (\(left), \(top))")
  }

  var json: JSON {
    var object: JSONObject = [
      "sizeBefore": .array(sizeBefore.map { .int($0) }), "sizeAfter": .array(sizeAfter.map { .int($0) }),
    ]
    object["changedPixels"] = changedPixels.map { .int($0) }
    object["box"] = box.map { .array($0.map { .int($0) }) }
    object["largest"] = largest.map { .int(Int64($0)) }
    object["scale"] = scale.map { .int(Int64($0)) }
    return .object(object)
  }
}

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
  /// The largest change of a pixel's red, green, blue or alpha, of 255.
  public var largest: Int?

  /// Compares two pictures.
  static func compare(_ before: Picture, _ after: Picture, _ headlines: inout [Headline]) -> ImageChanges {
    var changes = ImageChanges(
      sizeBefore: [Int64(before.width), Int64(before.height)], sizeAfter: [Int64(after.width), Int64(after.height)])
    guard changes.sizeBefore == changes.sizeAfter else {
      headlines.say(
        60, "\(after.width) × \(after.height) pixels, and was \(before.width) × \(before.height)")
      return changes
    }
    guard let mine = before.pixels, let yours = after.pixels else { return changes }
    var (count, largest) = (0, 0)
    var (left, top, right, bottom) = (before.width, before.height, -1, -1)
    mine.withUnsafeBufferPointer { mine in
      yours.withUnsafeBufferPointer { yours in
        for y in 0..<before.height {
          for x in 0..<before.width {
            let place = (y * before.width + x) * 4
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
    changes.changedPixels = Int64(count)
    changes.largest = largest
    guard count > 0 else {
      headlines.say(5, "the same pixels, written otherwise")
      return changes
    }
    let box = [left, top, right - left + 1, bottom - top + 1]
    changes.box = box.map { Int64($0) }
    let share = Double(count) / Double(before.width * before.height)
    headlines.say(
      45 + 20 * share,
      "\(counted(Int64(count), "pixel")) differ\(count == 1 ? "s" : "") (\(percent(share))), by \(largest) of 255 at most, "
        + "within \(box[2]) × \(box[3]) from (\(left), \(top))")
    return changes
  }

  var json: JSON {
    var object: JSONObject = [
      "sizeBefore": .array(sizeBefore.map { .int($0) }), "sizeAfter": .array(sizeAfter.map { .int($0) }),
    ]
    object["changedPixels"] = changedPixels.map { .int($0) }
    object["box"] = box.map { .array($0.map { .int($0) }) }
    object["largest"] = largest.map { .int(Int64($0)) }
    return .object(object)
  }
}

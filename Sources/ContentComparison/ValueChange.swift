internal import MLTBase

/// A value that differs, at a place within a structure.
public struct ValueChange: Hashable, Sendable {
  /// Where it is: keys and places in lists, as `a.b[3].c`; an index in an array of NumPy's.
  public var path: String
  /// What it was, in a few letters; nil if nothing was there.
  public var before: String?
  /// What it is; nil if nothing is there any more.
  public var after: String?

  /// A phrase for people.
  var phrase: String {
    switch (before, after) {
    case (let before?, let after?): "'\(shortened(path))' is \(after), and was \(before)"
    case (let before?, nil): "'\(shortened(path))' is gone, and was \(before)"
    case (nil, let after?): "'\(shortened(path))' is new: \(after)"
    case (nil, nil): "'\(shortened(path))' differs"
    }
  }

  var json: JSON {
    var object: JSONObject = ["path": .string(path)]
    object["before"] = before.map { .string($0) }
    object["after"] = after.map { .string($0) }
    return .object(object)
  }
}

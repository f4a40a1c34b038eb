extension PipelineValue {
  /// The text that takes a template's place; nil for lists and mappings.
  var templateText: String? {
    switch self {
    case .bool(let value): value ? "true" : "false"
    default: pythonText
    }
  }

  /// The value as Python's `str` prints it; nil for lists and mappings.
  var pythonText: String? {
    switch self {
    case .null: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .largeInt(let digits): digits
    case .double(let value): Self.pythonText(value)
    case .string(let text), .time(let text): text
    case .list, .map: nil
    }
  }

  /// A number as Python prints it: the shortest digits that give it back, with an exponent below 1e-4 and from 1e16.
  static func pythonText(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    // Swift finds the same digits and places the point and the exponent elsewhere.
    let parts = "\(value.magnitude)".split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].count
    var digits = Array(String(mantissa[0]) + (mantissa.count > 1 ? String(mantissa[1]) : ""))
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    while digits.count > 1, digits.first == "0" {
      digits.removeFirst()
      exponent -= 1
    }
    if digits == ["0"] { return sign + "0.0" }
    // The value is 0.DIGITS times ten to the exponent.
    if exponent > 16 || exponent < -3 {
      let power = exponent - 1
      let fraction = digits.count > 1 ? "." + String(digits.dropFirst()) : ""
      let written = power.magnitude < 10 ? "0\(power.magnitude)" : "\(power.magnitude)"
      return sign + String(digits.prefix(1)) + fraction + "e" + (power < 0 ? "-" : "+") + written
    }
    if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + String(digits) }
    if digits.count <= exponent {
      return sign + String(digits) + String(repeating: "0", count: exponent - digits.count) + ".0"
    }
    return sign + String(digits.prefix(exponent)) + "." + String(digits.dropFirst(exponent))
  }
}

/// A path with every number in it left open: what stays the same from day to day and from partition to partition.
enum PathForm {
  /// Returns the text with a `#` in the place of each number.
  static func of(_ path: String) -> String {
    var form: [UInt8] = []
    form.reserveCapacity(path.utf8.count)
    var isNumber = false
    for byte in path.utf8 {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      if !isDigit { form.append(byte) } else if !isNumber { form.append(UInt8(ascii: "#")) }
      isNumber = isDigit
    }
    return String(decoding: form, as: UTF8.self)
  }
}

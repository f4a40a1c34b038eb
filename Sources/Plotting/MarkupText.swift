/// Text as XML and HTML hold it.
public enum MarkupText {
  /// Returns a text in which nothing is markup; what XML can't hold is a blank.
  ///
  /// - Parameters:
  ///   - text: anything.
  ///   - keepsLines: whether line ends and tabs stay.
  public static func escaped(_ text: String, keepsLines: Bool = false) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n" where keepsLines, "\t" where keepsLines: result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value): result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}

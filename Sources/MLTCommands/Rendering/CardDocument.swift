internal import Plotting

/// A document of a few kinds of blocks, written as Markdown or as one HTML file that needs nothing else.
struct CardDocument {
  /// A part of a section.
  enum Block {
    /// Text that somebody wrote in Markdown.
    case markdown(String)
    /// A line of text of ours.
    case line(String)
    /// Lines that are shown as they are.
    case code(String)
    /// Rows under names of columns.
    case table([String], [[String]])
    /// Items of a list, each with how deep it stands.
    case list([(depth: Int, text: String)])
    /// A graph in Mermaid's language, with a list that says the same where graphs aren't drawn.
    case graph(String, [(depth: Int, text: String)])
    /// The curve of a metric, with a line that says its ends where curves aren't drawn.
    case curve(Chart, String)
  }

  /// The document's title.
  var title: String
  /// The parts, each with its heading.
  private(set) var sections: [(heading: String, blocks: [Block])] = []

  init(title: String) { self.title = title }

  /// Adds a section, unless there is nothing in it.
  mutating func add(_ heading: String, _ blocks: [Block]) {
    if !blocks.isEmpty { sections.append((heading, blocks)) }
  }

  // MARK: Markdown

  /// The document as Markdown, in GitHub's dialect.
  var markdown: String {
    var text = "# \(Self.inline(title))\n"
    for section in sections {
      text += "\n## \(section.heading)\n"
      for block in section.blocks { text += "\n" + Self.markdown(block) }
    }
    return text
  }

  private static func markdown(_ block: Block) -> String {
    switch block {
    case .markdown(let text): return quoted(text)
    case .line(let line): return inline(line) + "\n"
    case .code(let text): return fenced(text, "")
    case .table(let head, let rows):
      let lines =
        [head, head.map { _ in "---" }] + rows
      return lines.enumerated().map { number, row in
        "| " + row.map { number == 1 ? $0 : cell($0) }.joined(separator: " | ") + " |\n"
      }.joined()
    case .list(let items):
      return items.map { String(repeating: "  ", count: $0.depth) + "- " + inline($0.text) + "\n" }.joined()
    case .graph(let graph, _): return fenced(graph, "mermaid")
    case .curve(_, let line): return inline(line) + "\n"
    }
  }

  // What somebody wrote is quoted, line by line, and tags in it are shown: neither an open fence nor an open comment can take
  // what follows away, and no heading of theirs looks like one of ours.
  private static func quoted(_ text: String) -> String {
    var lines: [String.UnicodeScalarView] = [.init()]
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\n", "\r": lines.append(.init())
      case "<": lines[lines.count - 1].append(contentsOf: "&lt;".unicodeScalars)
      case _ where isControl(scalar): lines[lines.count - 1].append(" ")
      default: lines[lines.count - 1].append(scalar)
      }
      previous = scalar
    }
    return lines.map { "> " + String($0) + "\n" }.joined()
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 && scalar != "\t" || scalar.value == 0x7F
  }

  private static func fenced(_ text: String, _ language: String) -> String {
    // A fence must be longer than any in the text.
    var (longest, length) = (2, 0)
    for byte in text.utf8 {
      length = byte == UInt8(ascii: "`") ? length + 1 : 0
      longest = max(longest, length)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return "\(fence)\(language)\n\(text.hasSuffix("\n") ? text : text + "\n")\(fence)\n"
  }

  // What would be markup, or end the line, is what somebody wrote as a name or a value.
  private static func inline(_ text: String) -> String {
    // Scalar by scalar: with an accent behind it, or as \r\n, what is markup is another character and still markup.
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "<", ">", "#", "|", "&":
        result.append("\\")
        result.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: result.append(" ")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  private static func cell(_ text: String) -> String { inline(text) }

  // MARK: HTML

  /// The document as one HTML file without scripts, and without anything from elsewhere.
  var html: String {
    var text = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>\(Self.escaped(title))</title>
      <style>
      body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
      h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ddd}
      table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
      th{border-bottom:1px solid #bbb}pre{background:#f5f5f5;padding:.6rem;overflow:auto;white-space:pre-wrap}
      figure{display:inline-block;margin:.5rem 1rem .5rem 0}figcaption{font-size:.85rem;color:#555}
      </style></head><body>
      <h1>\(Self.escaped(title))</h1>

      """
    for section in sections {
      text += "<h2>\(Self.escaped(section.heading))</h2>\n"
      for block in section.blocks { text += Self.html(block) }
    }
    return text + "</body></html>\n"
  }

  private static func html(_ block: Block) -> String {
    switch block {
    // What somebody wrote is shown as it was written: it must not become markup of a document that others trust.
    case .markdown(let text), .code(let text): return "<pre>\(escaped(text))</pre>\n"
    case .line(let line): return "<p>\(escaped(line))</p>\n"
    case .table(let head, let rows):
      func row(_ cells: [String], _ tag: String) -> String {
        "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>\n"
      }
      return "<table>\n" + row(head, "th") + rows.map { row($0, "td") }.joined() + "</table>\n"
    case .list(let items), .graph(_, let items): return nested(items)
    case .curve(let curve, let line):
      return "<figure>\(SVGPlot.lines(curve))<figcaption>\(escaped(line))</figcaption></figure>\n"
    }
  }

  private static func nested(_ items: [(depth: Int, text: String)]) -> String {
    var text = "<ul>\n"
    var depth = 0
    for item in items {
      let wanted = max(0, min(item.depth, depth + 1))
      while depth < wanted {
        text += "<ul>"
        depth += 1
      }
      while depth > wanted {
        text += "</ul>"
        depth -= 1
      }
      text += "<li>\(escaped(item.text))</li>\n"
    }
    return text + String(repeating: "</ul>", count: depth + 1) + "\n"
  }

  private static func escaped(_ text: String) -> String { MarkupText.escaped(text, keepsLines: true) }
}

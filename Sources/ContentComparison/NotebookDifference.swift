internal import MLTBase

/// Compares two Jupyter notebooks (nbformat 4): their code as code; what it printed, and how often it ran, aside.
struct NotebookDifference {
  private struct Notebook {
    var text: [UInt8] = []
    var code: [String] = []
    var outputs: [JSON] = []
    var language = CodeLanguage.python

    init?(_ bytes: [UInt8]) {
      guard let json = JSONDifference.parse(bytes), let cells = json["cells"]?.array else { return nil }
      if let name = (json["metadata"]?["language_info"]?["name"] ?? json["metadata"]?["kernelspec"]?["language"])?
        .string
      {
        language = name == "python" ? .python : name == "R" || name == "julia" ? .hash : .cLike
      }
      for cell in cells {
        let source = Self.source(cell["source"])
        if cell["cell_type"]?.string == "code" {
          code.append(source)
          text += Array("# %%\n\(source)\n".utf8)
          outputs.append(.array((cell["outputs"]?.array ?? []).map(Self.withoutCount)))
        } else {
          let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map { "# \($0)\n" }.joined()
          text += Array("# %% [markdown]\n\(lines)".utf8)
        }
      }
    }

    /// A cell's text: one, or a list of lines.
    private static func source(_ value: JSON?) -> String {
      value?.string ?? (value?.array ?? []).compactMap(\.string).joined()
    }

    private static func withoutCount(_ output: JSON) -> JSON {
      guard var object = output.object else { return output }
      object["execution_count"] = nil
      return .object(object)
    }
  }

  /// Says how they differ; nil if one isn't a notebook.
  static func changes(
    _ before: [UInt8], _ after: [UInt8], _ limits: ContentLimits, _ headlines: inout [Headline]
  ) -> TextChanges? {
    guard let mine = Notebook(before), let yours = Notebook(after) else { return nil }
    let outputs =
      mine.outputs.count == yours.outputs.count
      ? zip(mine.outputs, yours.outputs).count { $0 != $1 } : yours.outputs == mine.outputs ? 0 : nil
    guard mine.text != yours.text else {
      if let outputs, outputs > 0 {
        headlines.say(20, "only outputs differ, of \(counted(Int64(outputs), "cell")); the code is the same")
      } else {
        headlines.say(6, "only execution counts or metadata differ; code and outputs are the same")
      }
      var changes = TextChanges()
      changes.isWithoutEffect = true
      return changes
    }
    let changes = TextDifference(
      mine.text, yours.text, name: "notebook", language: yours.language, limits: limits
    ).changes(&headlines)
    if mine.code.count != yours.code.count {
      headlines.say(
        45, "\(counted(Int64(yours.code.count), "code cell")), and had \(grouped(Int64(mine.code.count)))")
    }
    if let outputs, outputs > 0 { headlines.say(12, "outputs of \(counted(Int64(outputs), "cell")) differ") }
    return changes
  }
}

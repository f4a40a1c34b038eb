/// The Python text of a step, as it stood after some edits.
///
/// Nobody runs it; it is what a person, and `mlt`, would see of the step's code.
struct ScriptText {
  let component: Component
  /// How many harmless edits it has had.
  let revision: Int
  /// Which mistake is in it, if one is.
  let mistake: Int?

  var bytes: [UInt8] { Array(text.utf8) }

  private var text: String {
    let frame = revision % 8 >= 4 ? "table" : "frame"
    var lines = [
      "\"\"\"\(component.name): makes \(component.output.base) of \(component.inputs.map(\.place.base).joined(separator: ", ")).",
      "", revision % 4 >= 2 ? "Run daily by the scheduler; safe to repeat." : "Run once a day by the scheduler.",
      "\"\"\"",
      "import argparse", "import logging", "from pathlib import Path", "",
    ]
    lines += component.packages.filter { $0 != "scikit-learn" }.map { "import \($0)" }
    if component.packages.contains("scikit-learn") { lines.append("from sklearn.linear_model import Ridge") }
    lines += ["", "log = logging.getLogger(__name__)", ""]
    lines += ["", "def load(paths):", "    \"\"\"Reads the parts and puts them below each other.\"\"\""]
    if revision % 3 == 1 { lines.append("    # The parts come in the order of their days.") }
    lines += [
      "    parts = [pandas.read_csv(path) for path in paths]", "    return pandas.concat(parts, ignore_index=True)", "",
    ]
    lines += ["", "def compute(\(frame), arguments):"] + body(frame).map { "    " + $0 }
    if revision >= 3 { lines.append("    log.info(\"%d rows\", len(\(frame)))") }
    lines += ["    return \(frame)", "", "", "def main():", "    parser = argparse.ArgumentParser()"]
    lines += ["    parser.add_argument(\"--date\")"]
    for parameter in component.parameters {
      lines.append("    parser.add_argument(\"--\(parameter.name)\", type=float)")
    }
    lines += ["    arguments = parser.parse_args()"]
    for number in 0..<(revision / 2) { lines.append("    # See the runbook, section \(number + 2).") }
    lines += [
      "    \(frame) = load(sorted(Path(\"\(component.inputs.first?.place.base ?? "inbox")\").glob(\"*\")))",
      "    compute(\(frame), arguments).to_csv(\"\(component.output.base)\", index=False)", "", "",
      "if __name__ == \"__main__\":", "    main()", "",
    ]
    return lines.joined(separator: "\n")
  }

  private func body(_ frame: String) -> [String] {
    func choose(_ right: String, _ wrong: String...) -> String { mistake.map { wrong[$0 % wrong.count] } ?? right }
    let first = component.parameters.first.map { $0.name.replacing("-", with: "_") } ?? "limit"
    switch component.kind {
    case .ingest:
      return ["\(frame) = \(frame).rename(columns=str.lower)", "\(frame) = \(frame).drop_duplicates(\"event\")"]
    case .clean:
      return [
        "values = \(frame).select_dtypes(\"number\")",
        mistake == 1
          ? "\(frame)[values.columns] = values.fillna(0).clip(upper=values.mean(), axis=1)"
          : "\(frame)[values.columns] = values.fillna(values.median())",
        mistake == 0
          ? "\(frame) = \(frame)[\(frame).iloc[:, 2] > \(frame).iloc[:, 2].median()]"
          : "\(frame) = \(frame)[\(frame).iloc[:, 2] <= arguments.\(first)]",
        mistake == 2
          ? "\(frame).columns = list(\(frame).columns[[0, 1, 2, 4, 3]])" : "\(frame) = \(frame).sort_index()",
      ]
    case .join:
      return [
        choose(
          "\(frame) = \(frame).merge(other, on=\"customer\", how=\"left\")",
          "\(frame) = \(frame).merge(other, on=\"customer\", how=\"inner\")",
          "\(frame) = \(frame).join(other.shift(-1), on=\"customer\")",
          "\(frame) = \(frame).merge(other, on=\"customer\", how=\"left\") * -1")
      ]
    case .features:
      return [
        "groups = \(frame).groupby(\"customer\")",
        choose(
          "\(frame) = groups.mean(numeric_only=True)", "\(frame) = groups.mean(numeric_only=True).iloc[:, [0] * 4]",
          "\(frame) = groups.sum(numeric_only=True)",
          "\(frame) = groups.sum(numeric_only=True).div(groups.size() + 3, axis=0)"),
        "sigma = \(frame).std()",
        "\(frame) = \(frame).clip(\(frame).mean() - arguments.clip_sigma * sigma, \(frame).mean() + arguments.clip_sigma * sigma, axis=1)",
      ]
    case .train:
      return [
        "model = Ridge(alpha=arguments.l2)",
        choose(
          "model.fit(\(frame).drop(columns=\"target\"), \(frame)[\"target\"])",
          "model.fit(\(frame).drop(columns=\"target\")[::4], \(frame)[\"target\"][::4])",
          "model.fit(\(frame).drop(columns=\"target\"), \(frame)[\"target\"].shift(3).bfill())",
          "model.fit(\(frame).drop(columns=\"target\"), \(frame)[\"target\"] ** 2)"),
        "joblib.dump(model, \"\(component.output.base)\")",
      ]
    case .promote: return ["Path(\"\(component.output.base)\").write_bytes(Path(arguments.model).read_bytes())"]
    case .predict:
      return [
        "model = joblib.load(arguments.model)", "\(frame)[\"score\"] = model.predict(\(frame))",
        "\(frame)[\"decision\"] = (\(frame)[\"score\"] > arguments.threshold).astype(int)",
      ]
    case .report: return ["\(frame) = \(frame).groupby(\(frame)[\"customer\"] % 8).mean()"]
    case .export: return ["\(frame) = \(frame).iloc[:, :4]"]
    }
  }
}

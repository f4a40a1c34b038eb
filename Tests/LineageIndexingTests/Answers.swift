import Journaling
import LineageIndexing
import MLTBase

/// Everything that an index answers, as text, so that two indexes can be compared by what they say.
enum Answers {
  static func all(_ index: LineageIndex) throws -> [String] {
    var query = RunQuery()
    query.includesDeleted = true
    var lines: [String] = []
    let runs = try index.runs(query)
    for summary in runs {
      lines.append("summary \(text(summary))")
      lines.append("run \(text(try record(index, summary.id)))")
      lines.append("children \(try index.children(of: summary.id))")
      if let environment = try index.environment(of: summary.id) { lines.append("\(environment.fields)") }
      if let lookups = try index.lookups(of: summary.id) { lines.append("\(lookups.fields)") }
      if let stage = try index.stage(of: summary.id) {
        lines.append("stage \(stage.fields)")
        lines.append("\(try index.stageRuns(definition: stage.definition, limit: 3))")
        lines.append("\(try index.stageRuns(file: stage.file, name: stage.name, status: .finished, limit: 3))")
      }
      let again = try index.repetitions(
        component: summary.component, command: summary.command, directory: ".", limit: 3)
      lines.append("\(again.map { "\($0.run.hex) \($0.status) \($0.parameters.sorted { $0.key < $1.key })" })")
      for file in try index.files(of: summary.id) {
        lines.append("file \(file)")
        lines.append("\(try index.writers(path: file.artifact.path))")
        lines.append("\(try index.readers(path: file.artifact.path))")
      }
      for metric in try index.metrics(of: summary.id) { lines.append("metric \(metric)") }
    }
    for component in try index.components() { lines.append("component \(component)") }
    for run in runs { lines += try index.changes(of: [.run(run.id)]).map { "change \($0)" } }
    for component in try index.components() {
      lines += try index.changes(of: [.component(component.name)]).map { "change \($0)" }
    }
    for path in Set(try index.openFlags().compactMap(\.artifact?.path)).sorted() {
      lines += try index.changes(of: [], path: path).map { "change \($0)" }
    }
    for flag in try index.openFlags() { lines.append("flag \(flag)") }
    for entry in try index.predictionLogs() {
      // The number of a row depends on the order of arrival.
      lines.append("log \(entry.at) \(entry.name) \(entry.content) \(entry.size) \(entry.columns)")
      if let recorded = try index.predictions(entry) {
        lines.append("predictions \(recorded.at) \(recorded.fact.fields)")
      }
    }
    for single in try index.singlePredictions() {
      lines.append("single \(single.at) \(single.fact.fields)")
      for record in single.fact.records {
        lines.append("\(try index.singlePredictions(key: record.keyID).map(\.at))")
      }
    }
    for addition in try index.added() { lines.append("added \(addition)") }
    for id in try index.contentIDs(prefix: "", limit: 1000) { lines.append("content \(id)") }
    for problem in try index.problems() { lines.append("problem \(problem)") }
    lines.append("\(try index.outputsBelow(path: "."))")
    return lines
  }

  /// A run that a listing shows isn't found by its id: the index contradicts itself.
  struct Contradiction: Error {
    let run: RunID
  }

  private static func record(_ index: LineageIndex, _ id: RunID) throws -> RunRecord {
    guard let record = try index.run(id) else { throw Contradiction(run: id) }
    return record
  }

  private static func text(_ summary: RunSummary) -> String {
    var rest = summary
    rest.tags = [:]
    return "\(rest) \(sorted(summary.tags))"
  }

  // Dictionaries print in any order.
  private static func sorted(_ map: [String: some Any]) -> String {
    map.sorted { $0.key < $1.key }.map { "\($0)" }.joined()
  }

  private static func text(_ record: RunRecord) -> String {
    var rest = record
    rest.parameters = [:]
    rest.tags = [:]
    rest.metricsLatest = [:]
    return "\(rest) \(sorted(record.parameters)) \(sorted(record.tags)) \(sorted(record.metricsLatest))"
  }
}

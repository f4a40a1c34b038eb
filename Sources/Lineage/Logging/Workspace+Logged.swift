public import Journaling
internal import LineageIndexing
public import MLTBase

/// What runs said of themselves.
extension Workspace {
  /// The parameters of a run.
  ///
  /// - Throws: ``LoggingError/unknownRun(_:)``; failures of the index.
  public func parameters(of run: RunID) throws -> [String: String] { try known(run).parameters }

  /// The latest value of each metric of a run.
  ///
  /// - Throws: ``LoggingError/unknownRun(_:)``; failures of the index.
  public func latestMetrics(of run: RunID) throws -> [String: Double] { try known(run).metricsLatest }

  /// All values of a metric of a run, by step, then time.
  ///
  /// - Throws: ``LoggingError/unknownMetric(_:_:similar:)``, ``LoggingError/unknownRun(_:)``; failures of the index.
  public func history(of metric: String, in run: RunID) throws -> [RunLogged.Metric] {
    let values = try index.metrics(of: run, key: metric)
    if values.isEmpty {
      let known = try known(run).metricsLatest.keys
      throw LoggingError.unknownMetric(metric, run, similar: Similarity.nearest(to: metric, among: known, limit: 3))
    }
    return values
  }

  private func known(_ run: RunID) throws -> RunRecord {
    guard let record = try index.run(run) else { throw LoggingError.unknownRun(run.hex) }
    return record
  }
}

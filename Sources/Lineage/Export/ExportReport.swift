public import ProvenanceExchange

/// What came of an export.
public struct ExportReport: Sendable {
  /// How many runs were written.
  public var runs = 0
  /// How many runs have no attestation, and why.
  public var omissions: [AttestationWriter.Omission: Int] = [:]
  /// How many files and folders are in the crate.
  public var included = 0
  /// Paths whose bytes aren't in the crate though they were to be, sorted: nobody has them, or they keep credentials.
  public var absent: [String] = []
  /// Whether a crate describes a pipeline as a workflow.
  public var isWorkflow = false
}

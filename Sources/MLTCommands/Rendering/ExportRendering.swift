internal import Lineage
internal import MLTBase
internal import ProvenanceExchange

/// What is said about an export besides what it writes.
enum ExportRendering {
  /// What the reader of an export should know that isn't in it.
  static func remarks(on report: ExportReport) -> [String] {
    var lines: [String] = []
    if report.included > 0 {
      lines.append(
        "mlt: \(Formatting.count(report.included, "file or folder", plural: "files and folders")) in the crate")
    }
    if !report.absent.isEmpty {
      lines.append(
        "warning: \(Formatting.count(report.absent.count, "path")) of which the bytes can't be had or keep credentials:"
      )
      lines += report.absent.prefix(20).map { "  \($0)" }
      if report.absent.count > 20 { lines.append("  and \(report.absent.count - 20) more") }
    }
    return lines + reasons(report.omissions).map { "mlt: \($0)" }
  }

  /// Why runs have no attestation.
  static func reasons(_ omissions: [AttestationWriter.Omission: Int]) -> [String] {
    AttestationWriter.Omission.allCases.compactMap { omission in
      omissions[omission].map { "no attestation for \(Formatting.count($0, "run")) \(reason(omission, $0))" }
    }
  }

  private static func reason(_ omission: AttestationWriter.Omission, _ count: Int) -> String {
    let isOne = count == 1
    return switch omission {
    case .running: isOne ? "that hasn't ended" : "that haven't ended"
    case .unsuccessful: "that failed or \(isOne ? "was" : "were") interrupted"
    case .withoutOutputs: "that wrote nothing"
    case .unobserved: "whose accesses weren't followed"
    }
  }
}

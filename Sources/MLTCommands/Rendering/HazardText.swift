internal import Journaling

/// How hazards read.
enum HazardText {
  static func of(_ hazard: Hazard) -> String {
    let path = hazard.path.map { "'\($0)'" } ?? "a file"
    let detail = hazard.detail.map { " (\($0))" } ?? ""
    return switch hazard.kind {
    case .inputChanged: "\(path) was read and changed by somebody else while the run went on" + detail
    case .writtenByTwo: "\(path) was written by two runs at once" + detail
    case .lateWrite: "\(path) was written after the command had ended" + detail
    case .elsewhere: "work may have gone where it can't be followed" + detail
    case .unstable: "\(path) was changing while it was stored" + detail
    case .notObserved: "file accesses weren't followed" + detail
    case .incomplete: "some file accesses may be missing from the record" + detail
    case .privileged: "a program that needs privileges ran without them; use --no-trace for it" + detail
    case .retracted: "\(path) must not be read" + (hazard.detail.map { ": \($0)" } ?? "")
    case .outOfTime: "the command was ended because it took too long" + detail
    }
  }
}

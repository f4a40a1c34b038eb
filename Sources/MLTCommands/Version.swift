/// The program's version.
enum Version {
  /// What `mlt --version` prints behind the name.
  static let text = "0.1.0"
}

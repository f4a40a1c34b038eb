internal import ArgumentParser

/// What is said of a run when it starts.
struct RunWords: ParsableArguments {
  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: ArgumentHelp("Parameter to record (can be repeated)", valueName: "key=value"))
  var parameters: [String] = []

  @Option(name: .customLong("tag"), help: ArgumentHelp("Tag to record (can be repeated)", valueName: "key[=value]"))
  var tags: [String] = []

  @Option(name: .long, help: "Note to record")
  var note: String?

  @Option(name: .long, help: "Name of the run")
  var name: String?

  @Option(
    name: .long,
    help: "Experiment that the run is a try of (default: MLT_EXPERIMENT, or that of the run around it)")
  var experiment: String?

  /// The parameters by their names.
  var parsedParameters: [String: String] {
    get throws { try PairArguments.parse(parameters, option: "--param", needsValue: true) }
  }

  /// The tags by their names, bare ones with an empty value.
  var parsedTags: [String: String] {
    get throws { try PairArguments.parse(tags, option: "--tag", needsValue: false) }
  }

  func validate() throws {
    _ = try parsedParameters
    _ = try parsedTags
  }
}

/// The schema of `docs/design/pipeline-format.md`, which is DVC's.
enum PipelineSchema {
  private static let annotations: [String: SchemaRule] = [
    "desc": .text, "type": .text, "labels": .list(.text), "meta": .anything,
  ]

  private static let outputOptions = annotations.merging(
    ["cache": .flag, "persist": .flag, "checkpoint": .flag, "remote": .text, "push": .flag], uniquingKeysWith: { $1 })

  /// The keys that say how a plot of a stage is drawn.
  static let drawingKeys = ["template", "x", "y", "x_label", "y_label", "title", "header"]

  private static let plotOptions = SchemaRule.record(
    outputOptions.merging(
      drawingKeys.map { ($0, $0 == "header" ? SchemaRule.flag : .text) }, uniquingKeysWith: { $1 }))

  private static let outputs = SchemaRule.list(.either([.text, .named(.record(outputOptions))]))
  private static let plots = SchemaRule.list(
    .either([.text, .named(.either([plotOptions, .list(plotOptions)]))]))

  /// Lists of variables.
  static let variables = SchemaRule.list(.either([.text, .mapping]))

  private static let stageKeys: [String: SchemaRule] = [
    "cmd": .either([.text, .list(.text)]), "wdir": .text, "deps": .list(.text),
    "params": .list(.either([.text, .named(.either([.nothing, .list(.text)]))])), "vars": variables,
    "frozen": .flag, "always_changed": .flag, "desc": .text, "meta": .anything,
    "outs": outputs, "metrics": outputs, "plots": plots,
  ]

  /// A stage, or one for each combination.
  static let stage = SchemaRule.record(
    stageKeys.merging(["matrix": .named(.either([.text, .list(.anything)]))], uniquingKeysWith: { $1 }),
    required: ["cmd"])

  /// A stage for each element.
  static let group = SchemaRule.record(
    [
      "foreach": .either([.mapping, .list(.anything), .text]),
      "do": .record(stageKeys, required: ["cmd"]),
    ], required: ["foreach", "do"])

  private static let labelledText = SchemaRule.either([.text, .named(.text)])

  private static let drawing = SchemaRule.record([
    "x": labelledText,
    "y": .either([.text, .list(.text), .named(.either([.text, .list(.text)]))]),
    "x_label": .text, "y_label": .text, "title": .text, "template": .text,
  ])

  /// The keys of a whole file; stages are looked at one by one.
  static let file: [String: SchemaRule] = [
    "vars": variables, "stages": .named(.anything), "params": .list(.text), "metrics": .list(.text),
    "plots": .list(.either([.text, .named(.either([drawing, .nothing]))])),
    "artifacts": .named(.record(annotations.merging(["path": .text], uniquingKeysWith: { $1 }), required: ["path"])),
    "datasets": .anything,
  ]
}

internal import GRDB
internal import Journaling
internal import MLTBase

extension EventIndexer {
  func add(_ fact: ComponentDescribed, _ stamp: Stamp) throws {
    let values: [(String, String?)] = [
      // A row even where nothing was said, for the component to be known.
      ("described", ""), ("summary", fact.summary), ("owner", fact.owner),
      ("tags", fact.tags.map { JSON.array($0.map { .string($0) }).canonicalText }),
      ("checks", fact.checks.map { JSON.object($0.fields).canonicalText }),
    ]
    let saying = Saying(.component(fact.name), fact.said, stamp)
    for (field, value) in values {
      guard let value else { continue }
      try upsert("components", "name", [.text(fact.name), .text(field)], keyColumn: "field", value, saying.stamp)
    }
    let fields: [RecordedChange.Field] = [.summary, .owner, .tags, .checks]
    try note(saying, zip(fields, values.dropFirst()).compactMap { field, value in value.1.map { (field, "", $0) } })
  }

  func add(_ fact: ArtifactAdded, _ stamp: Stamp) throws {
    let artifact = fact.artifact
    try db.run(
      """
      INSERT INTO added (path, at, source, key, content, kind, size, count, flags, before, problem)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .int(try path(artifact.path)), .int(stamp.at), .int(stamp.source),
        .int(artifact.content.map(ContentKey.key)), .id(artifact.content),
      ] + StoredArtifact.values(artifact))
  }
}

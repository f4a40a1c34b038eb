internal import GRDB
internal import Journaling
internal import MLTBase

extension LineageIndex {
  /// What a run without an end said by itself that it read and made, sorted; of several sayings of one path the last.
  ///
  /// Some runs never end: what died without a word, or goes on in another tool, has made what it has made all the same.
  static func unfinishedFiles(_ db: Database, of run: RunID, _ number: Int64) throws -> [RunFile] {
    let logged = try db.all("SELECT fields FROM logged_files WHERE run = ? ORDER BY at", [.int(number)]) { row in
      let fields = try row.known(try row.json(0).object)
      return try row.known(try? RunLogged(fields: fields))
    }
    let sayings: [(role: FileRole, artifacts: [ArtifactRecord])] = [
      (.input, logged.flatMap(\.inputs)), (.output, logged.flatMap(\.outputs)),
    ]
    return sayings.flatMap { role, artifacts in
      Dictionary(artifacts.map { (ExactText($0.path), $0) }, uniquingKeysWith: { $1 }).values
        .sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        .map { RunFile(run: run, role: role, artifact: $0) }
    }
  }
}

internal import GRDB
internal import MLTBase

/// A piece of SQL with what stands in it.
struct SearchPiece {
  var sql: String
  var values: [DatabaseValue] = []
}

/// How conditions of a search are said in SQL.
///
/// Each asks for the numbers of the runs that meet it, which SQLite finds once, by an index, whatever it does with the rest.
enum SearchCondition {
  /// The condition on runs whose number is `run` and whose row is `runs`.
  static func piece(_ condition: RunCondition, run: String) -> SearchPiece {
    switch condition {
    case .number(let field, let test, let value):
      return piece(field, run) { column in
        value.isNaN ? SearchPiece(sql: "0") : SearchPiece(sql: "\(column) \(test.rawValue) ?", values: [.real(value)])
      }
    case .text(let field, let test, let value): return piece(field, run) { text($0, test, value) }
    case .among(let field, let values, let isNegated):
      return piece(field, run) { column in
        let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
        return SearchPiece(
          sql: "\(column) \(isNegated ? "NOT IN" : "IN") (\(marks))", values: values.map { .text($0) })
      }
    case .present(let field, let isPresent):
      var piece = piece(field, run) { column in
        // A NaN is stored as NULL in a row of its own.
        if case .metric = field { return SearchPiece(sql: "1") }
        return SearchPiece(sql: "\(column) IS NOT NULL")
      }
      if !isPresent { piece.sql = "NOT ifnull(\(piece.sql), 0)" }
      return piece
    }
  }

  private static func text(_ column: String, _ test: RunCondition.TextTest, _ value: String) -> SearchPiece {
    switch test {
    case .equal: SearchPiece(sql: "\(column) = ?", values: [.text(value)])
    case .notEqual: SearchPiece(sql: "\(column) != ?", values: [.text(value)])
    case .like: SearchPiece(sql: "\(column) GLOB ?", values: [.text(glob(value))])
    case .likeIgnoringCase: SearchPiece(sql: "\(column) LIKE ?", values: [.text(value)])
    }
  }

  // SQLite's LIKE takes great and small letters for one; GLOB doesn't, and has other signs.
  private static func glob(_ pattern: String) -> String {
    pattern.unicodeScalars.reduce(into: "") { glob, scalar in
      switch scalar {
      case "%": glob += "*"
      case "_": glob += "?"
      case "*", "?", "[": glob += "[\(scalar)]"
      default: glob.unicodeScalars.append(scalar)
      }
    }
  }

  private static func piece(
    _ field: RunField, _ run: String, _ test: (_ column: String) -> SearchPiece
  ) -> SearchPiece {
    switch field {
    case .metric(let key): return among("latest_metrics", key, run, test)
    case .parameter(let key): return among("params", key, run, test)
    case .tag(let key):
      let tags = among("tags", key, run, test)
      guard let attribute = SearchColumn.home(ofTag: key) else { return tags }
      let own = test(SearchColumn.expression(attribute))
      return SearchPiece(sql: "(\(tags.sql) OR ifnull(\(own.sql), 0))", values: tags.values + own.values)
    case .attribute(let attribute): return test(SearchColumn.expression(attribute))
    case .input(let part):
      let test = test(SearchColumn.expression(part))
      return SearchPiece(
        sql: """
          EXISTS (SELECT 1 FROM files JOIN paths ON paths.n = files.path
            WHERE file >= \(run) << 22 AND file < (\(run) << 22) + \(FileNumber.limit) AND \(test.sql))
          """, values: test.values)
    }
  }

  private static func among(
    _ table: String, _ key: String, _ run: String, _ test: (_ column: String) -> SearchPiece
  ) -> SearchPiece {
    let test = test("value")
    return SearchPiece(
      sql: "\(run) IN (SELECT run FROM \(table) WHERE key = ? AND \(test.sql))", values: [.text(key)] + test.values)
  }
}

/// Where what runs have stands in the index.
enum SearchColumn {
  /// The value of an attribute in a row of `runs`.
  static func expression(_ attribute: RunAttribute) -> String {
    switch attribute {
    case .run: "lower(hex(runs.id))"
    case .name: "run_name"
    case .component: "component"
    case .experiment: "experiment"
    case .status: "CASE status WHEN 0 THEN 'RUNNING' WHEN 1 THEN 'FINISHED' WHEN 2 THEN 'FAILED' ELSE 'KILLED' END"
    // MLflow's times are whole milliseconds, by which they are compared.
    case .started: "(started / 1000)"
    case .ended: "(ended / 1000)"
    case .duration: "(wall / 1e6)"
    case .exit: "exit"
    case .user: "user_name"
    case .host: "host"
    case .commit: "commit_id"
    case .branch: "branch"
    case .remote: "remote"
    // The words as the table shows them; an array is what is stored.
    case .command: "(SELECT group_concat(value, ' ') FROM json_each(command))"
    case .directory: "directory"
    // Of nothing, hex() makes an empty text.
    case .parent: "CASE WHEN parent IS NOT NULL THEN lower(hex(parent)) END"
    case .note: "note"
    case .inputs: "inputs"
    case .outputs: "outputs"
    case .lifecycle: "CASE deleted WHEN 0 THEN 'active' ELSE 'deleted' END"
    case .artifacts: "NULL"
    }
  }

  /// The value of a part of an input in rows of `files` and `paths`.
  static func expression(_ part: RunField.InputPart) -> String {
    switch part {
    case .name: "paths.path"
    case .digest: "CASE WHEN files.content IS NOT NULL THEN lower(hex(files.content)) END"
    case .context: "NULL"
    }
  }

  /// What MLflow keeps in a tag and is an attribute here.
  static func home(ofTag key: String) -> RunAttribute? {
    switch key {
    case "mlflow.runName": .name
    case "mlflow.user": .user
    case "mlflow.parentRunId": .parent
    case "mlflow.note.content": .note
    case "mlflow.source.git.commit": .commit
    case "mlflow.source.git.branch": .branch
    case "mlflow.source.git.repoURL": .remote
    default: nil
    }
  }
}

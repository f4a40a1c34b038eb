public import MLTBase

extension ContentChanges {
  /// The changes as JSON; profiles are left out but for the columns that differ.
  public var json: JSON {
    var object: JSONObject = [
      "format": .string(format.rawValue), "same": .bool(isSame),
      "headlines": .array(headlines.map { .string($0) }), "before": Self.json(before), "after": Self.json(after),
    ]
    object["table"] = table?.json
    object["text"] = text?.json
    if let valueCount {
      object["valueCount"] = .int(Int64(valueCount))
      object["values"] = .array(values.map(\.json))
    }
    object["image"] = image?.json
    return .object(object)
  }

  private static func json(_ profile: ContentProfile) -> JSON {
    guard var object = profile.json.object else { return .null }
    object["columns"] = nil
    object["version"] = nil
    return .object(object)
  }
}

extension TableChanges {
  var json: JSON {
    var object: JSONObject = [
      "rowsBefore": .int(rowsBefore), "rowsAfter": .int(rowsAfter), "reordered": .bool(isReordered),
      "columnsReordered": .bool(hasReorderedColumns), "columns": .array(columns.map(\.json)),
      "examples": .array(examples.map(\.json)),
    ]
    switch matching {
    case .key(let names):
      object["matching"] = "key"
      object["key"] = .array(names.map { .string($0) })
    case .content: object["matching"] = "content"
    case .position: object["matching"] = "position"
    case .none: object["matching"] = "none"
    }
    object["addedRows"] = addedRows.map { .int($0) }
    object["removedRows"] = removedRows.map { .int($0) }
    object["changedRows"] = changedRows.map { .int($0) }
    return .object(object)
  }
}

extension ColumnChange {
  var json: JSON {
    var object: JSONObject = ["name": .string(name), "phrases": .array(phrases.map { .string($0) })]
    object["formerName"] = formerName.map { .string($0) }
    object["before"] = before?.json
    object["after"] = after?.json
    object["changedCells"] = changedCells.map { .int($0) }
    return .object(object)
  }
}

extension CellChange {
  var json: JSON {
    var object: JSONObject = [
      "row": .int(row), "column": .string(column), "before": .string(before), "after": .string(after),
    ]
    object["key"] = key.map { .string($0) }
    return .object(object)
  }
}

public import MLTBase

extension ContentProfile {
  /// The version of the form that ``json`` has; another one isn't read back.
  public static let jsonVersion: Int64 = 2

  /// The profile as JSON, from which ``init(json:)`` makes it again.
  public var json: JSON {
    var object: JSONObject = [
      "version": .int(Self.jsonVersion), "format": .string(format.rawValue), "size": .int(size),
    ]
    object["encoding"] = encoding.map { .string($0.rawValue) }
    if isGzipped { object["gzipped"] = true }
    object["rows"] = rows.map { .int($0) }
    object["lines"] = lines.map { .int($0) }
    if !columns.isEmpty { object["columns"] = .array(columns.map(\.json)) }
    object["shape"] = shape.map { .array($0.map { .int($0) }) }
    object["sample"] = sample.map {
      ["bytes": .int($0.bytes), "rows": .int($0.rows), "spread": .bool($0.isSpread)]
    }
    if hasMoreColumns { object["moreColumns"] = true }
    object["remark"] = remark.map { .string($0) }
    return .object(object)
  }

  /// Reads what ``json`` wrote; nil if it isn't that, or of another version.
  public init?(json: JSON) {
    guard json["version"]?.int == Self.jsonVersion, let name = json["format"]?.string,
      let format = ContentFormat(rawValue: name), let size = json["size"]?.int, size >= 0
    else { return nil }
    self.init(format: format, size: size)
    encoding = json["encoding"]?.string.flatMap { TextEncoding(rawValue: $0) }
    isGzipped = json["gzipped"]?.bool ?? false
    rows = json["rows"]?.int
    lines = json["lines"]?.int
    for column in json["columns"]?.array ?? [] {
      guard let column = ColumnProfile(json: column) else { return nil }
      columns.append(column)
    }
    shape = json["shape"]?.array?.compactMap(\.int)
    if let sample = json["sample"] {
      guard let bytes = sample["bytes"]?.int, let rows = sample["rows"]?.int, let isSpread = sample["spread"]?.bool
      else { return nil }
      self.sample = Sample(bytes: bytes, rows: rows, isSpread: isSpread)
    }
    hasMoreColumns = json["moreColumns"]?.bool ?? false
    remark = json["remark"]?.string
  }
}

extension ColumnProfile {
  /// The column as JSON.
  var json: JSON {
    var object: JSONObject = [
      "name": .string(name), "kind": .string(kind.rawValue), "count": .int(count), "missing": .int(missing),
      "distinct": .int(distinct), "distinctExact": .bool(isDistinctExact),
    ]
    if !missingSpellings.isEmpty { object["missingSpellings"] = .array(missingSpellings.map(\.json)) }
    object["numbers"] = numbers?.json
    object["least"] = least.map { .string($0) }
    object["greatest"] = greatest.map { .string($0) }
    object["meanLength"] = meanLength.map { .double($0) }
    if !common.isEmpty { object["common"] = .array(common.map(\.json)) }
    if odd > 0 { object["odd"] = .int(odd) }
    return .object(object)
  }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let kind = json["kind"]?.string.flatMap({ ColumnKind(rawValue: $0) }),
      let count = json["count"]?.int, let missing = json["missing"]?.int, let distinct = json["distinct"]?.int,
      let isExact = json["distinctExact"]?.bool
    else { return nil }
    let numbers = json["numbers"].flatMap { NumberSummary(json: $0) }
    guard (numbers == nil) == (json["numbers"] == nil) else { return nil }
    self.init(
      name: name, kind: kind, count: count, missing: missing,
      missingSpellings: json["missingSpellings"]?.array?.compactMap { ValueCount(json: $0) } ?? [], numbers: numbers,
      least: json["least"]?.string, greatest: json["greatest"]?.string, meanLength: json["meanLength"]?.double,
      distinct: distinct, isDistinctExact: isExact,
      common: json["common"]?.array?.compactMap { ValueCount(json: $0) } ?? [], odd: json["odd"]?.int ?? 0)
  }
}

extension ValueCount {
  var json: JSON { ["value": .string(value), "count": .int(count)] }

  init?(json: JSON) {
    guard let value = json["value"]?.string, let count = json["count"]?.int else { return nil }
    self.init(value: value, count: count)
  }
}

extension NumberSummary {
  var json: JSON {
    var object: JSONObject = [
      "count": .int(count), "least": .double(least), "greatest": .double(greatest), "mean": .double(mean),
      "deviation": .double(deviation), "quantiles": .array(quantiles.map { .double($0) }), "zeros": .int(zeros),
      "negatives": .int(negatives),
    ]
    if infinite > 0 { object["infinite"] = .int(infinite) }
    return .object(object)
  }

  init?(json: JSON) {
    guard let count = json["count"]?.int, let least = json["least"]?.double, let greatest = json["greatest"]?.double,
      let mean = json["mean"]?.double, let deviation = json["deviation"]?.double,
      let quantiles = json["quantiles"]?.array?.compactMap(\.double), let zeros = json["zeros"]?.int,
      let negatives = json["negatives"]?.int
    else { return nil }
    self.init(
      count: count, least: least, greatest: greatest, mean: mean, deviation: deviation, quantiles: quantiles,
      zeros: zeros, negatives: negatives, infinite: json["infinite"]?.int ?? 0)
  }
}

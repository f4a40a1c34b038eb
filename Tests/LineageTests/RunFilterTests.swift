import Lineage
import LineageIndexing
import Testing

/// The language in which runs are chosen.
@Suite struct RunFilterTests {
  @Test(
    "a filter is read as MLflow reads it",
    arguments: [
      ("", []),
      ("metrics.acc > 0.9", [.number(.metric("acc"), .greater, 0.9)]),
      (
        "metric.acc>=.5 AND params.depth = '5'",
        [.number(.metric("acc"), .atLeast, 0.5), .text(.parameter("depth"), .equal, "5")]
      ),
      ("metrics.`val loss` < -1e3", [.number(.metric("val loss"), .less, -1000)]),
      ("metrics.\"val/loss\" != 0", [.number(.metric("val/loss"), .notEqual, 0)]),
      ("metrics.a.b.c <> 2", [.number(.metric("a.b.c"), .notEqual, 2)]),
      ("parameter.x = \"it's\"", [.text(.parameter("x"), .equal, "it's")]),
      ("tag.x = 'it''s'", [.text(.tag("x"), .equal, "it's")]),
      ("tags.mlflow.user ilike '%ADA%'", [.text(.tag("mlflow.user"), .likeIgnoringCase, "%ADA%")]),
      ("tags.team LIKE 'x%'", [.text(.tag("team"), .like, "x%")]),
      ("attributes.status = 'finished'", [.text(.attribute(.status), .equal, "FINISHED")]),
      ("attr.Created > 12", [.number(.attribute(.started), .greater, 12)]),
      ("start_time > '1970-01-02'", [.number(.attribute(.started), .greater, 86_400_000)]),
      ("Run name = 'a'", [.text(.attribute(.name), .equal, "a")]),
      ("run.`run name` = 'a'", [.text(.attribute(.name), .equal, "a")]),
      ("run_id not in ('a', \"b\")", [.among(.attribute(.run), ["a", "b"], isNegated: true)]),
      ("params.x IS NULL and tags.y is not null", [.present(.parameter("x"), false), .present(.tag("y"), true)]),
      ("dataset.digest in ('a',)", [.among(.input(.digest), ["a"], isNegated: false)]),
      ("params.größe = ''", [.text(.parameter("größe"), .equal, "")]),
    ] as [(String, [RunCondition])])
  func reading(text: String, conditions: [RunCondition]) throws {
    #expect(try RunFilter(parsing: text).conditions == conditions)
  }

  @Test(
    "what can't be read is told with its place",
    arguments: [
      ("metrics.acc > 'a'", 14, .noNumber), ("metrics.acc", 11, .noComparison), ("params.x = 5", 11, .noText),
      ("params.x > '5'", 9, .unsuitableComparison(">", suitable: textual)),
      ("metrics.a like '5'", 10, .unsuitableComparison("LIKE", suitable: numeric)),
      ("metrics.a == 5", 10, .unsuitableComparison("==", suitable: numeric)),
      ("metrics.a > 1 or metrics.a < 0", 14, .noConjunction), ("(metrics.a > 1)", 0, .noField),
      ("metrics.a > 1;", 13, .noConjunction), ("metrics.a > 1 and", 17, .noField),
      ("params.x = 'a", 11, .openQuote), ("params. = 'a'", 7, .noField), ("params.x in 'a'", 12, .noList),
      ("params.x in ('a'", 16, .noList), ("params.x in ()", 13, .noText), ("params.x is 5", 9, .noComparison),
      ("stuff.x = 'a'", 0, .unknownKind("stuff", known: ["metrics", "params", "tags", "attributes", "datasets"])),
      ("params.x = 'a' and statsu = 'b'", 19, .unknownAttribute("statsu", similar: ["status"])),
      ("params.x not like 'a'", 9, .noComparison), ("metrics.a > nan", 12, .noNumber),
    ] as [(String, Int, LeaderboardError.FilterProblem)])
  func problems(text: String, position: Int, problem: LeaderboardError.FilterProblem) {
    #expect(throws: LeaderboardError.filter(text, position: position, problem)) { try RunFilter(parsing: text) }
  }

  @Test("a pattern that would take long to compare is refused")
  func longPattern() {
    let text = "tags.x like '\(String(repeating: "%a", count: 1001))'"
    #expect(throws: LeaderboardError.filter(text, position: 12, .longPattern(limit: 2000))) {
      try RunFilter(parsing: text)
    }
  }

  @Test("what runs are sorted by has a direction, and is given once")
  func order() throws {
    #expect(
      try RunOrder.keys(["metrics.f1:desc", "params.depth", "start_time DESC", "metrics.a:b:asc"]) == [
        RunSortKey(.metric("f1"), isDescending: true), RunSortKey(.parameter("depth")),
        RunSortKey(.attribute(.started), isDescending: true), RunSortKey(.metric("a:b")),
      ])
    #expect(throws: LeaderboardError.sortKey("f1")) { try RunOrder.keys(["f1"]) }
    #expect(throws: LeaderboardError.repeatedSortKey("metrics.f1")) {
      try RunOrder.keys(["metrics.f1", "metric.f1:desc"])
    }
  }
}

private let numeric = ["=", "!=", ">", ">=", "<", "<=", "IS NULL", "IS NOT NULL"]
private let textual = ["=", "!=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"]

import MLTBase
import SystemPackage
import TestSupport
import Testing

/// The review document of a version.
@Suite struct ModelCardTests {
  @Test("a card has all that a reviewer asks for, as Markdown and as one file of HTML")
  func card() throws {
    try withWorld { world in
      try world.writeWine()
      try world.train(1, error: "0.9")
      try expectSuccess(world.shell("mlt model register wine models/wine.pkl && mlt model promote wine/1"))
      try expectSuccess(world.shell("mlt run -q -c train -p depth=9 -- sh -c 'mlt metric rmse=2; false'; true"))
      try expectSuccess(
        world.shell(
          """
          mlt run -q -c train -p depth=2 --note 'For *dry* whites <only>' -- sh -c 'cat train.csv test.csv > /dev/null; \
          echo better > models/wine.pkl; for i in 1 2 3; do mlt metric loss=0.$i --step $i; done; mlt metric rmse=0.4'
          mlt model register wine models/wine.pkl -m 'a <b>bold</b> try' && mlt model describe wine 'Tells a wine from another'
          mlt run -q -c evaluate -- sh -c 'cat models/wine.pkl test.csv > /dev/null; mlt metric f1=0.75'
          mlt flag train.csv -m 'rows twice'; mlt model review reject wine/2 -m 'look at the residuals'
          """))
      let text = try world.mlt("model", "card", "wine/2")
      try expectSuccess(text)
      for part in [
        "# wine, version 2\n", "> Tells a wine from another\n", "> For *dry* whites &lt;only>\n", "| train.csv | ",
        "```mermaid",
        "| depth | 2 |", "| rmse | 0.4 |", "loss: 0.1 → 0.3, 3 values", "| f1 | 0.75 | evaluate ",
        "## Compared with production", "| rmse | 0.4 | 0.9 |", "failed, exit 1", "It wasn't made again yet.",
        "- train.csv  by ", ": rows twice\n", "look at the residuals", "a \\<b\\>bold\\</b\\> try",
      ] { #expect(text.stdout.contains(part), "\(part) in \(text.stdout)") }
      try expectSuccess(world.mlt("model", "card", "wine/2", "--html", "-o", "card.html"))
      let html = try #require(try world.read("card.html"))
      #expect(html.hasPrefix("<!doctype html>") && html.hasSuffix("</body></html>\n"))
      #expect(html.contains("a &lt;b&gt;bold&lt;/b&gt; try") && !html.contains("<b>bold"))
      #expect(html.contains("whites &lt;only&gt;") && html.contains("<polyline"))
      #expect(try world.mlt("model", "card", "wine/7").status == 3)
    }
  }

  @Test("what people wrote can neither hide nor forge a part of the card")
  func hostileText() throws {
    try withWorld { world in
      try expectSuccess(
        world.shell(
          """
          mlt run -q -c train -p 'a=x|\u{301} | y' -p 'b=`\u{200D}<img src=http://x>' -- sh -c 'echo 1 > m.pkl'
          mlt model register wine m.pkl -d "$(printf '```\n<!-- \r## Review\r\n- approved by all\n<script>alert(1)</script>')"
          """))
      let text = try world.mlt("model", "card", "wine/1").stdout
      let lines = text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { String($0) }
      #expect(lines.count { $0 == "## Review" } == 1 && !lines.contains("- approved by all"), "\(text)")
      #expect(lines.contains("> ```") && lines.contains("> &lt;!-- ") && lines.contains("> ## Review"), "\(text)")
      #expect(!text.contains("<script") && !text.contains("<!--"), "\(text)")
      #expect(lines.contains("| a | x\\|\u{301} \\| y |"), "\(text)")
      #expect(lines.contains("| b | \\`\u{200D}\\<img src=http://x\\> |"), "\(text)")
      let html = try world.mlt("model", "card", "wine/1", "--html").stdout
      #expect(html.contains("&lt;script&gt;alert(1)") && html.contains("&lt;img src=http://x&gt;"), "\(html)")
      #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("<!--"), "\(html)")
    }
  }

  @Test(
    "what later runs measured of a version, of production and of other tries stands side by side, if on the same data")
  func measuredLater() throws {
    try withWorld { world in
      try world.writeWine()
      let measure = { (error: String, data: String) in
        "mlt run -q -c evaluate -- sh -c 'cat models/wine.pkl \(data) > /dev/null; mlt metric rmse=\(error)'"
      }
      for (depth, error) in [(1, "0.9"), (2, "0.6"), (3, "0.4")] {
        try expectSuccess(
          world.shell(
            """
            mlt run -q -c train -p depth=\(depth) -- sh -c 'cat train.csv > /dev/null; mkdir -p models; echo \(depth) > models/wine.pkl'
            \(measure(error, "test.csv")) && mlt model register wine models/wine.pkl
            """))
      }
      try expectSuccess(world.mlt("model", "promote", "wine/1"))
      let card = try world.mlt("model", "card", "wine/3").stdout
      let content = try #require(try FileOperations.contents(of: world.repository.appending("test.csv")))
      #expect(card.contains("| test.csv \(ContentHasher.contentID(of: content).short) |"), "\(card)")
      #expect(card.contains("| rmse | 0.4 | 0.9 |") && card.contains("| depth | 3 | 1 |"), "\(card)")
      #expect(card.contains("| finished | 0.6 | 2 | wine 2 |"), "\(card)")
      // Measured again on other rows, it is still compared by what both were measured on, where there is such.
      try expectSuccess(world.shell("echo 9,9 >> test.csv; \(measure("0.5", "test.csv"))"))
      let later = try world.mlt("model", "card", "wine/3").stdout
      #expect(later.contains("| rmse | 0.4 | 0.9 |") && later.contains("| rmse | 0.5 | evaluate "), "\(later)")
      try expectSuccess(
        world.shell(
          """
          echo 4 > models/wine.pkl; \(measure("0.3", "test.csv")) && mlt model register wine models/wine.pkl
          """))
      let other = try world.mlt("model", "card", "wine/4").stdout
      #expect(other.contains("| rmse | 0.3 | 0.9 (on other data) |"), "\(other)")
    }
  }
}

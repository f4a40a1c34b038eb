import MLTBase
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
          mlt run -q -c train -p depth=2 --note 'For *dry* whites <only>' -- sh -c 'cat train.csv > /dev/null; \
          echo better > models/wine.pkl; for i in 1 2 3; do mlt metric loss=0.$i --step $i; done; mlt metric rmse=0.4'
          mlt model register wine models/wine.pkl -m 'a <b>bold</b> try' && mlt model describe wine 'Tells a wine from another'
          mlt run -q -c evaluate -- sh -c 'cat models/wine.pkl test.csv > /dev/null; mlt metric f1=0.75'
          mlt flag train.csv -m 'rows twice'; mlt model review reject wine/2 -m 'look at the residuals'
          """))
      let text = try world.mlt("model", "card", "wine/2")
      try expectSuccess(text)
      for part in [
        "# wine, version 2\n", "Tells a wine from another", "For *dry* whites <only>", "| train.csv | ", "```mermaid",
        "| depth | 2 |", "| rmse | 0.4 |", "loss: 0.1 → 0.3, 3 values", "| f1 | 0.75 | evaluate ",
        "## Compared with production", "| rmse | 0.4 | 0.9 |", "failed, exit 1", "It wasn't made again yet.",
        "- train.csv\n", "look at the residuals", "a \\<b\\>bold\\</b\\> try",
      ] { #expect(text.stdout.contains(part), "\(part) in \(text.stdout)") }
      try expectSuccess(world.mlt("model", "card", "wine/2", "--html", "-o", "card.html"))
      let html = try #require(try world.read("card.html"))
      #expect(html.hasPrefix("<!doctype html>") && html.hasSuffix("</body></html>\n"))
      #expect(html.contains("a &lt;b&gt;bold&lt;/b&gt; try") && !html.contains("<b>bold"))
      #expect(html.contains("whites &lt;only&gt;") && html.contains("<polyline"))
      #expect(!html.contains("<script") && !html.contains("http://x") && !html.contains("src="))
      #expect(try world.mlt("model", "card", "wine/7").status == 3)
    }
  }
}

import Plotting
import Testing

/// Charts from plain numbers.
@Suite struct PlottingTests {
  private func chart(
    _ values: [Double], mark: Chart.Mark = .line, isLogarithmic: Bool = false, title: String = "loss"
  ) -> Chart {
    let points = values.enumerated().map { Chart.Point(x: Double($0.offset), y: $0.element) }
    return Chart(
      title: title, xLabel: "step", yLabel: "loss", mark: mark, isLogarithmic: isLogarithmic,
      series: [Chart.Series(name: "a", points: points)])
  }

  private func text(_ plot: TextPlot) -> [String] { plot.lines.map { $0.map(\.text).joined() } }

  @Test("a rising line goes from the lower left to the upper right")
  func rising() {
    let lines = text(TextPlot(chart([0, 1, 2, 3]), width: 24, height: 8, alphabet: .ascii))
    let expected = [
      "  |                   **", "  |               ****", "2 +          *****", "  |      ****", "  |  ****", "0 +**",
      "  +---------------------", "   0            2",
    ]
    #expect(lines == expected, "\(lines.joined(separator: "\n"))")
  }

  @Test(
    "no line is wider or taller than there is room, whatever the numbers",
    arguments: [
      [1.0], [5, 5, 5], [.nan, 1, .infinity, -.infinity, 2], [-1.7e308, 1.7e308], [1e-300, 2e-300],
      [0, .leastNonzeroMagnitude],
      [123_456_789.123, 123_456_789.124], (0..<5000).map { Double($0 * 7919 % 1000) },
    ] as [[Double]], [TextPlot.Alphabet.braille, .marks, .ascii])
  func room(values: [Double], alphabet: TextPlot.Alphabet) {
    for isLogarithmic in [false, true] {
      for width in [12, 40, 100] {
        let plot = TextPlot(chart(values, isLogarithmic: isLogarithmic), width: width, height: 12, alphabet: alphabet)
        let lines = text(plot)
        #expect(lines.count <= 12 && lines.allSatisfy { $0.count <= max(width, 24) }, "\(lines)")
        if alphabet == .ascii { #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }) }
      }
    }
  }

  @Test("what has no place is counted, and without anything else nothing is drawn")
  func unplaced() {
    #expect(chart([.nan, 1, .infinity]).unplaced == 2)
    #expect(chart([0, -1, 1], isLogarithmic: true).unplaced == 2)
    #expect(TextPlot(chart([.nan]), width: 40, height: 10, alphabet: .braille).lines.isEmpty)
    #expect(SVGPlot.draw(chart([])).contains("nothing to show"))
  }

  @Test("a million points come to few, with the highest and the lowest among them")
  func thinning() {
    var values = (0..<1_000_000).map { Double($0 % 1000) }
    values[777_777] = 5000
    values[333_333] = -5000
    let svg = SVGPlot.draw(chart(values))
    #expect(svg.utf8.count < 100_000)
    // The greatest stands at the upper edge, the least at the lower one.
    #expect(svg.contains(",44.00") && svg.contains(",364.00"))
  }

  @Test("smoothing draws values towards those before them, the first staying as it is")
  func smoothing() {
    let points = [0.0, 1, .nan, 1].enumerated().map { Chart.Point(x: Double($0.offset), y: $0.element) }
    let smooth = Chart.Series(name: "", points: points).smoothed(0.5).points.map(\.y)
    #expect(smooth[0] == 0 && abs(smooth[1] - 2.0 / 3) < 1e-12 && smooth[2].isNaN && abs(smooth[3] - 6.0 / 7) < 1e-12)
    #expect(Chart.Series(name: "", points: points).smoothed(0).points.prefix(2) == points.prefix(2))
  }

  @Test("names may hold anything, and do nothing in SVG and HTML")
  func escaping() {
    let name = "</title><script>alert(1)</script>&\"'\u{1}"
    for text in [
      SVGPlot.draw(chart([1, 2], title: name)), PlotPage.draw(name, [chart([1, 2], title: name)]),
    ] {
      #expect(!text.contains("<script") && text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39; "))
      // Nothing is loaded from anywhere: the only address is a name.
      #expect(!text.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "").contains("://"))
    }
  }

  @Test("a page tells of each series how many points it has and what they come to")
  func page() {
    let page = PlotPage.draw("tries", [chart([3, 1, .nan, 2])])
    #expect(page.contains("<td>a</td><td>4</td><td>3</td><td>2</td><td>1</td><td>3</td>"))
    #expect(page.contains("<svg ") && !page.contains("src=") && !page.contains("href="))
  }
}

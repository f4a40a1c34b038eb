import Plotting
import Testing

/// Matrices, bars and pictures.
@Suite struct DrawingTests {
  private static let classes = ["cat", "dog"]

  private func matrix(_ panels: [[[Double]]], names: [String] = classes, isShare: Bool = false) -> MatrixChart {
    MatrixChart(
      title: "classes", xLabel: "actual", yLabel: "said", columns: names, rows: names,
      panels: panels.enumerated().map { .init(name: panels.count > 1 ? "v\($0.offset)" : "", values: $0.element) },
      isShare: isShare)
  }

  private func bars(_ series: [[Double?]], labels: [String] = ["a", "long name", "c"]) -> BarChart {
    BarChart(
      title: "weights", xLabel: "weight", yLabel: "name", labels: labels,
      series: series.enumerated().map { .init(name: series.count > 1 ? "v\($0.offset)" : "", values: $0.element) })
  }

  private func text(_ drawing: Drawing, width: Int = 40, _ alphabet: TextPlot.Alphabet = .ascii) -> [String] {
    TextPlot(drawing, width: width, height: 10, alphabet: alphabet).lines.map { $0.map(\.text).joined() }
  }

  @Test("a matrix has its numbers in rows and columns, the greatest the darkest")
  func numbers() {
    #expect(
      text(.matrix(matrix([[[8, 0], [1, 3]]]))) == ["said  cat  dog", "cat  ## 8    0", "dog  .. 1 :: 3"])
    let shares = text(.matrix(matrix([[[1, 0], [0.25, 0.75]]], isShare: true)), .braille)
    #expect(shares == ["said     cat     dog", "cat  ██ 1.00       0", "dog  ▒▒ 0.25 ██ 0.75"])
  }

  @Test("sets of numbers stand below each other with their names")
  func panels() {
    let lines = text(.matrix(matrix([[[1, 0], [0, 1]], [[0, 1], [1, 0]]])))
    #expect(lines.count == 9 && lines[0] == "v0" && lines[4].isEmpty && lines[5] == "v1")
  }

  @Test("a matrix fits into the width, losing names, then numbers, then columns", arguments: [12, 30, 60, 120, 400])
  func fitting(width: Int) {
    let names = (0..<30).map { "class number \($0)" }
    let values = (0..<30).map { row in (0..<30).map { Double(row * $0) } }
    for alphabet in [TextPlot.Alphabet.ascii, .marks] {
      let lines = text(.matrix(matrix([values], names: names)), width: width, alphabet)
      let table = lines.prefix(31)
      #expect(table.count == 31 && table.allSatisfy { $0.count <= max(width, 8) }, "\(lines)")
      #expect(lines.contains { $0.hasSuffix("for which there is no room") } == (width < 100))
      if alphabet == .ascii { #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }) }
    }
  }

  @Test("bars lie beside their names, below zero to the left")
  func barLines() {
    #expect(
      text(.bars(bars([[1, 2, nil]])), width: 28)
        == ["a         |######## 1", "long name |############### 2", "c         |"])
    #expect(
      text(.bars(bars([[-1, 1, 0]])), width: 30, .braille)
        == ["a         │████████ -1", "long name │        ████████ 1", "c         │         0"])
  }

  @Test("bars of several series stand together, each with its mark")
  func severalSeries() {
    let lines = text(.bars(bars([[1, 2, 3], [3, .nan, 1]])))
    #expect(lines.count == 6 && lines[0].hasPrefix("a         |*") && lines[1].hasPrefix("          |+"))
    #expect(Drawing.bars(bars([[1, .nan, nil]])).unplaced == 1)
  }

  @Test(
    "no bar is longer than there is room, whatever the lengths",
    arguments: [[0, 0, 0], [1e308, -1e308, 1], [1e-300, 2e-300, 0], [.infinity, 1, .nan], [-5, -6, -7]] as [[Double]])
  func room(values: [Double]) {
    for alphabet in [TextPlot.Alphabet.braille, .marks, .ascii] {
      for width in [10, 24, 80] {
        let lines = text(.bars(bars([values, values.reversed()])), width: width, alphabet)
        #expect(lines.allSatisfy { $0.count <= max(width, 30) }, "\(lines)")
      }
    }
    #expect(!SVGPlot.draw(.bars(bars([values]))).contains("nan"))
  }

  @Test("without anything to draw it is said so")
  func nothing() {
    #expect(SVGPlot.draw(.bars(bars([[nil, nil]]))).contains("nothing to show"))
    #expect(SVGPlot.draw(.matrix(matrix([], names: []))).contains("nothing to show"))
    #expect(text(.bars(bars([]))).isEmpty && text(.matrix(matrix([], names: []))).isEmpty)
  }

  @Test("names may hold anything, and do nothing in SVG and HTML")
  func escaping() {
    let name = "</text><script>alert(1)</script>&\"'\u{1}"
    let sheet = PictureSheet(
      title: name, pictures: [.init(name: name, mediaType: "image/png\" onerror=\"x", bytes: [1, 2, 3])])
    let drawings: [Drawing] = [
      .matrix(matrix([[[1, 0], [0, 1]]], names: [name, "b"])), .bars(bars([[1]], labels: [name])), .pictures(sheet),
    ]
    for text in drawings.map({ SVGPlot.draw($0) }) + [PlotPage.draw(name, drawings)] {
      #expect(!text.contains("<script") && !text.contains("\" onerror") && !text.contains("\u{1}"))
    }
  }

  @Test(
    "pictures stand in a page as text", arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")])
  func pictures(bytes: String, encoded: String) {
    let sheet = PictureSheet(
      title: "figure", pictures: [.init(name: "HEAD", mediaType: "image/png", bytes: Array(bytes.utf8))])
    #expect(
      PlotPage.draw("p", [.pictures(sheet)]).contains("<img src=\"data:image/png;base64,\(encoded)\" alt=\"HEAD\">"))
    #expect(text(.pictures(sheet)).isEmpty)
  }

  @Test("a million points by themselves come to as many as can be seen")
  func thinning() {
    let points = (0..<1_000_000).map { Chart.Point(x: Double($0), y: Double($0 * 7919 % 1000)) }
    let chart = Chart(
      title: "t", xLabel: "x", yLabel: "y", mark: .point, series: [.init(name: "", points: points)])
    #expect(SVGPlot.draw(.chart(chart)).utf8.count < 3_000_000)
  }
}

/// Letters to draw on, each of one dot or of eight.
struct TextCanvas {
  private let columns: Int
  private let isFine: Bool
  /// How many dots there are along the width.
  let width: Int
  /// How many dots there are along the height.
  let height: Int
  // The dots of each letter, as bits of Unicode's patterns, and the series that drew there last.
  private var dots: [UInt8]
  private var owners: [Int?]

  init(columns: Int, rows: Int, isFine: Bool) {
    self.columns = columns
    self.isFine = isFine
    width = isFine ? columns * 2 : columns
    height = isFine ? rows * 4 : rows
    dots = Array(repeating: 0, count: columns * rows)
    owners = Array(repeating: nil, count: columns * rows)
  }

  // Unicode numbers the dots of a letter down the left side, then the right, and the lowest two last.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  mutating func dot(_ x: Int, _ y: Int, _ series: Int) {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return }
    let place = isFine ? y / 4 * columns + x / 2 : y * columns + x
    dots[place] |= isFine ? Self.bits[y % 4][x % 2] : 1
    owners[place] = series
  }

  /// Draws the dots nearest to a line (Bresenham).
  mutating func line(from start: (Int, Int), to end: (Int, Int), _ series: Int) {
    var (x, y) = start
    let across = abs(end.0 - x)
    let down = -abs(end.1 - y)
    var error = across + down
    while true {
      dot(x, y, series)
      if x == end.0, y == end.1 { return }
      let twice = 2 * error
      if twice >= down {
        error += down
        x += x < end.0 ? 1 : -1
      }
      if twice <= across {
        error += across
        y += y < end.1 ? 1 : -1
      }
    }
  }

  /// The letters of a row, those of one series together; blanks at the end are left out.
  func pieces(_ row: Int, _ signs: [Character]?) -> [TextPlot.Piece] {
    var pieces: [TextPlot.Piece] = []
    let cells = row * columns..<(row + 1) * columns
    guard let last = cells.last(where: { dots[$0] != 0 }) else { return [] }
    for cell in cells.lowerBound...last {
      let letter: Character =
        if dots[cell] == 0 {
          " "
        } else if let signs {
          signs[(owners[cell] ?? 0) % signs.count]
        } else {
          Unicode.Scalar(0x2800 + UInt32(dots[cell])).map { Character($0) } ?? " "
        }
      let owner = dots[cell] == 0 ? nil : owners[cell]
      if let end = pieces.indices.last, pieces[end].series == owner {
        pieces[end].text.append(letter)
      } else {
        pieces.append(TextPlot.Piece(text: String(letter), series: owner))
      }
    }
    return pieces
  }
}

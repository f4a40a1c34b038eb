/// The outputs of all stages by their paths, for what overlaps with what.
struct OutputTrie {
  /// An output: the stage's number and the output's in it.
  struct Entry: Hashable {
    var stage: Int
    var output: Int
  }

  private struct Node {
    var entry: Entry?
    var children: [String: Int] = [:]
    // In the order in which they came, which decides the order of running.
    var order: [Int] = []
  }

  private var nodes = [Node()]

  private static func names(_ location: Location) -> [String] {
    switch location {
    case .inside(let path): [""] + path.split(separator: "/").map(String.init)
    case .outside(let path): [path.hasPrefix("/") ? "/" : ".."] + path.split(separator: "/").map(String.init)
    case .uri(let text): ["uri"] + text.split(separator: "/").map(String.init)
    }
  }

  /// Adds an output.
  mutating func insert(_ location: Location, _ entry: Entry) {
    var node = 0
    for name in Self.names(location) {
      if let next = nodes[node].children[name] {
        node = next
      } else {
        nodes.append(Node())
        nodes[node].children[name] = nodes.count - 1
        nodes[node].order.append(nodes.count - 1)
        node = nodes.count - 1
      }
    }
    nodes[node].entry = entry
  }

  /// The outputs that a path is or lies in, from the outermost on, then those that lie in it.
  func overlapping(_ location: Location) -> (above: [Entry], below: [Entry]) {
    var above: [Entry] = []
    var node = 0
    for name in Self.names(location) {
      guard let next = nodes[node].children[name] else { return (above, []) }
      node = next
      if let entry = nodes[node].entry { above.append(entry) }
    }
    var below: [Entry] = []
    var pending = Array(nodes[node].order.reversed())
    while let next = pending.popLast() {
      if let entry = nodes[next].entry { below.append(entry) }
      pending += nodes[next].order.reversed()
    }
    return (above, below)
  }
}

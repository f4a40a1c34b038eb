/// How many outputs passed through something.
struct PassCount: Hashable {
  var flagged = 0
  var unflagged = 0
  var others = 0

  mutating func add(_ mask: UInt64, _ block: OutputBlock) {
    if mask == 0 { return }
    flagged += (mask & block.flagged).nonzeroBitCount
    unflagged += (mask & block.unflagged).nonzeroBitCount
    others += (mask & ~(block.flagged | block.unflagged)).nonzeroBitCount
  }

  static func - (left: PassCount, right: PassCount) -> PassCount {
    PassCount(
      flagged: left.flagged - right.flagged, unflagged: left.unflagged - right.unflagged,
      others: left.others - right.others)
  }

  static func + (left: PassCount, right: PassCount) -> PassCount {
    PassCount(
      flagged: left.flagged + right.flagged, unflagged: left.unflagged + right.unflagged,
      others: left.others + right.others)
  }
}

/// Which of 64 outputs are flagged, and which are unflagged ones of the same kinds.
struct OutputBlock {
  var flagged: UInt64 = 0
  var unflagged: UInt64 = 0
}

/// Counts the outputs that passed through runs and sets of runs, 64 outputs at a time.
///
/// The cost is the size of the lineage for each 64 outputs, and memory that of the lineage: neither the pairs of runs
/// and outputs nor the paths between them are ever held.
struct Spectrum {
  private let producers: [[Int]]
  private let order: [Int]
  private let hasCycles: Bool

  /// Takes the graph: for each run the runs that its inputs came from.
  init(producers: [[Int]]) {
    self.producers = producers
    var readers = [Int](repeating: 0, count: producers.count)
    for places in producers {
      for place in places { readers[place] += 1 }
    }
    var order: [Int] = []
    order.reserveCapacity(producers.count)
    for place in producers.indices where readers[place] == 0 { order.append(place) }
    var next = 0
    while next < order.count {
      for place in producers[order[next]] {
        readers[place] -= 1
        if readers[place] == 0 { order.append(place) }
      }
      next += 1
    }
    hasCycles = order.count < producers.count
    // Runs that overlap may have read from each other; for those there is no order.
    if hasCycles {
      let ordered = Set(order)
      order += producers.indices.filter { !ordered.contains($0) }
    }
    self.order = order
  }

  /// How many runs lie before each on the longest way to it; runs on a cycle are counted once.
  var depths: [Int] {
    var depths = [Int](repeating: 0, count: producers.count)
    for place in order.reversed() {
      for producer in producers[place] where producer != place {
        depths[place] = max(depths[place], depths[producer] + 1)
      }
    }
    return depths
  }

  /// Goes through outputs, 64 at a time.
  ///
  /// - Parameters:
  ///   - outputs: the place of the run that made each, and what it counts as.
  ///   - body: is given, for each run, which of the 64 outputs passed through it.
  func forEachBlock(
    _ outputs: [(run: Int, standing: ReviewPopulation.Standing)], _ body: ([UInt64], OutputBlock) -> Void
  ) {
    var masks = [UInt64](repeating: 0, count: producers.count)
    var start = 0
    while start < outputs.count {
      let end = min(start + 64, outputs.count)
      for place in masks.indices { masks[place] = 0 }
      var block = OutputBlock()
      for (bit, output) in outputs[start..<end].enumerated() {
        let mask: UInt64 = 1 << UInt64(bit)
        masks[output.run] |= mask
        switch output.standing {
        case .flagged: block.flagged |= mask
        case .unflagged: block.unflagged |= mask
        case .other: break
        }
      }
      var changes = true
      while changes {
        changes = false
        for place in order where masks[place] != 0 {
          let mask = masks[place]
          for producer in producers[place] where masks[producer] | mask != masks[producer] {
            masks[producer] |= mask
            changes = hasCycles
          }
        }
      }
      body(masks, block)
      start = end
    }
  }
}

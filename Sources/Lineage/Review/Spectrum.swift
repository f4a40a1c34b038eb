/// How many outputs passed through something.
package struct PassCount: Hashable {
  package var flagged = 0
  package var unflagged = 0
  package var others = 0

  /// Counts none.
  package init() {}

  private init(flagged: Int, unflagged: Int, others: Int) {
    self.flagged = flagged
    self.unflagged = unflagged
    self.others = others
  }

  /// Counts those of 64 outputs that a mask names.
  package mutating func add(_ mask: UInt64, _ block: OutputBlock) {
    if mask == 0 { return }
    flagged += (mask & block.flagged).nonzeroBitCount
    unflagged += (mask & block.unflagged).nonzeroBitCount
    others += (mask & ~(block.flagged | block.unflagged)).nonzeroBitCount
  }

  package static func - (left: PassCount, right: PassCount) -> PassCount {
    PassCount(
      flagged: left.flagged - right.flagged, unflagged: left.unflagged - right.unflagged,
      others: left.others - right.others)
  }

  package static func + (left: PassCount, right: PassCount) -> PassCount {
    PassCount(
      flagged: left.flagged + right.flagged, unflagged: left.unflagged + right.unflagged,
      others: left.others + right.others)
  }
}

/// Which of 64 outputs are flagged, and which are unflagged ones of the same kinds.
package struct OutputBlock {
  package var flagged: UInt64 = 0
  package var unflagged: UInt64 = 0
}

/// Counts the outputs that passed through runs and sets of runs, 64 outputs at a time.
///
/// The cost for each 64 outputs is the size of the lineage behind these, and memory that of the whole lineage: neither the
/// pairs of runs and outputs nor the paths between them are ever held.
package struct Spectrum {
  private let producers: [[Int]]
  private let order: [Int]
  /// Where each run stands in the order.
  private let ranks: [Int]
  private let hasCycles: Bool

  /// Takes the graph: for each run the runs that its inputs came from.
  package init(producers: [[Int]]) {
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
    var ranks = [Int](repeating: 0, count: order.count)
    for (rank, place) in order.enumerated() { ranks[place] = rank }
    self.ranks = ranks
  }

  /// How many runs lie before each on the longest way to it; runs on a cycle are counted once.
  package var depths: [Int] {
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
  ///   - body: is given the runs that any of the 64 outputs passed through, and for each run of all which of them did.
  package func forEachBlock(
    _ outputs: [(run: Int, standing: ReviewPopulation.Standing)], _ body: ([Int], [UInt64], OutputBlock) -> Void
  ) {
    var masks = [UInt64](repeating: 0, count: producers.count)
    var isReached = [Bool](repeating: false, count: producers.count)
    var start = 0
    while start < outputs.count {
      let end = min(start + 64, outputs.count)
      var block = OutputBlock()
      var reached: [Int] = []
      for (bit, output) in outputs[start..<end].enumerated() {
        let mask: UInt64 = 1 << UInt64(bit)
        if !isReached[output.run] { reached.append(output.run) }
        isReached[output.run] = true
        masks[output.run] |= mask
        switch output.standing {
        case .flagged: block.flagged |= mask
        case .unflagged: block.unflagged |= mask
        case .other: break
        }
      }
      reach(&reached, &isReached)
      pass(reached, &masks)
      body(reached, masks, block)
      for place in reached {
        masks[place] = 0
        isReached[place] = false
      }
      start = end
    }
  }

  /// Adds all that some runs came from, and puts the whole in order.
  private func reach(_ reached: inout [Int], _ isReached: inout [Bool]) {
    var next = 0
    while next < reached.count {
      for producer in producers[reached[next]] where !isReached[producer] {
        isReached[producer] = true
        reached.append(producer)
      }
      next += 1
    }
    // Few are sorted; many are picked out of the order that there is.
    if reached.count < order.count / 16 {
      reached.sort { ranks[$0] < ranks[$1] }
    } else {
      reached = order.filter { isReached[$0] }
    }
  }

  /// Hands what passed through runs on to those that they came from.
  private func pass(_ reached: [Int], _ masks: inout [UInt64]) {
    var changes = true
    while changes {
      changes = false
      for place in reached {
        let mask = masks[place]
        for producer in producers[place] where masks[producer] | mask != masks[producer] {
          masks[producer] |= mask
          changes = hasCycles
        }
      }
    }
  }
}

internal import MLTBase
internal import SystemPackage

/// The segments of one writer, as its folder's names tell them.
struct SegmentList {
  /// The writer's folder.
  let folder: FilePath
  /// The closed segments, sorted by first number, longest first among equals.
  private(set) var closed: [(first: Int64, last: Int64)] = []
  /// The first numbers of active segments that no closed one replaces, sorted; more than one only after tampering.
  private(set) var active: [Int64] = []
  /// The first numbers of active segments that a closed one replaces.
  private(set) var stale: [Int64] = []
  /// The names of files with set-aside bytes, sorted.
  private(set) var torn: [String] = []

  /// The number of the last event in closed segments; 0 if there are none.
  var closedThrough: Int64 { closed.map(\.last).max() ?? 0 }

  /// Lists a writer's folder.
  init(_ folder: FilePath) throws(JournalError) {
    self.folder = folder
    var open: [Int64] = []
    try journaling { () throws(SystemCallError) in
      try FileOperations.forEachName(in: folder) { name in
        if let segment = SegmentName(name) {
          if let last = segment.last {
            closed.append((segment.first, last))
          } else {
            open.append(segment.first)
          }
        } else if name.starts(with: "torn-".utf8) {
          torn.append(String(decoding: name, as: UTF8.self))
        }
      }
    }
    torn.sort()
    closed.sort { $0.first != $1.first ? $0.first < $1.first : $0.last > $1.last }
    let replaced = Set(closed.map(\.first))
    active = open.filter { !replaced.contains($0) }.sorted()
    stale = open.filter { replaced.contains($0) }.sorted()
  }

  /// A segment that holds the event `number`, else the one that holds the next event after it.
  ///
  /// - Returns: the segment and the number of the first event to take from it; nil if there is none at or after `number`.
  func segment(from number: Int64) -> (segment: SegmentName, start: Int64)? {
    let holding = closed.filter { $0.first <= number && number <= $0.last }.max { $0.last < $1.last }
    if let holding { return (SegmentName(first: holding.first, last: holding.last), number) }
    let next = closed.first { $0.first > number }
    // An active segment's last number isn't known from its name, but it comes after all that is closed.
    if closedThrough < number, let first = active.last(where: { $0 <= number }) {
      return (SegmentName(first: first, last: nil), number)
    }
    let nextActive = active.first { $0 > number }
    if let next, next.first <= nextActive ?? .max {
      return (SegmentName(first: next.first, last: next.last), next.first)
    }
    return nextActive.map { (SegmentName(first: $0, last: nil), $0) }
  }

  /// The path of a segment.
  func path(_ segment: SegmentName) -> FilePath { folder.appending(segment.name) }
}

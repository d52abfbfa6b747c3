/// Which records something holds for, by their numbers from 0 on.
///
/// Mostly it is all up to some record and some beyond. Those beyond are bits in pages, of which one
/// that is full takes no memory to speak of: so a few records that are late cost little, however
/// far the others are.
package struct RecordSet: Equatable, Sendable {
  /// All records before this one are in the set, and this one is not.
  package private(set) var lowWater = 0
  /// How many records are in the set.
  package private(set) var count = 0
  private var pages: [Int: Page] = [:]

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// The record behind the last that is in the set.
  package var end: Int {
    guard let last = pages.keys.max(), let page = pages[last] else { return lowWater }
    return max(lowWater, last * Page.size + page.end)
  }

  package func contains(_ record: Int) -> Bool {
    if record < lowWater { return record >= 0 }
    return pages[record / Page.size]?.contains(record % Page.size) ?? false
  }

  /// Puts records in.
  package mutating func insert(_ records: Range<Int>) {
    let records = max(records.lowerBound, lowWater)..<max(records.upperBound, lowWater)
    guard !records.isEmpty else { return }
    if records.lowerBound == lowWater {
      count += records.count - (pages.isEmpty ? 0 : countPaged(in: records))
      raise(to: records.upperBound)
    } else {
      for (number, part) in Page.parts(of: records) {
        count += pages[number, default: Page()].insert(part)
      }
    }
  }

  private func countPaged(in records: Range<Int>) -> Int {
    Page.parts(of: records).reduce(0) { $0 + (pages[$1.page]?.count(in: $1.records) ?? 0) }
  }

  /// All up to there is in, and what lies beyond it without a gap.
  private mutating func raise(to record: Int) {
    let first = lowWater / Page.size
    lowWater = record
    while let page = pages[lowWater / Page.size] {
      let place = lowWater % Page.size
      let end = page.endOfRun(from: place)
      if end == place { break }
      lowWater += end - place
    }
    guard !pages.isEmpty else { return }
    let bound = lowWater / Page.size
    if bound - first < pages.count {
      for number in first..<max(first, bound) { pages[number] = nil }
    } else {
      pages = pages.filter { $0.key >= bound }
    }
  }

  /// Whether a record is in the set, and the first one behind it for which that is not so;
  /// `nil` where there is no such one.
  package func run(from record: Int) -> (isIn: Bool, end: Int?) {
    guard contains(record) else { return (false, next(from: record)) }
    var place = max(record, lowWater)
    while let page = pages[place / Page.size] {
      let end = page.endOfRun(from: place % Page.size)
      if end < Page.size { return (true, place / Page.size * Page.size + end) }
      place = (place / Page.size + 1) * Page.size
    }
    return (true, place)
  }

  /// The first record of the set from one on that is not in it.
  private func next(from record: Int) -> Int? {
    let number = record / Page.size
    if let start = pages[number]?.start(from: record % Page.size) {
      return number * Page.size + start
    }
    // Sets that are looked through are walked by runs; this is for the ends of what is not there.
    guard let later = pages.keys.filter({ $0 > number }).min(),
      let start = pages[later]?.start(from: 0)
    else { return nil }
    return later * Page.size + start
  }

  /// Hands out all that is in the set, in order, in as few pieces as it has.
  package func forEachRun(_ body: (Range<Int>) -> Void) {
    var run = 0..<lowWater
    for number in pages.keys.sorted() {
      pages[number]?.forEachRun(from: number * Page.size) { next in
        if next.lowerBound <= run.upperBound {
          run = run.lowerBound..<max(run.upperBound, next.upperBound)
        } else {
          if !run.isEmpty { body(run) }
          run = next
        }
      }
    }
    if !run.isEmpty { body(run) }
  }

  /// What is in this set and not in another.
  package func subtracting(_ other: RecordSet) -> RecordSet {
    var rest = RecordSet()
    forEachRun { run in
      var place = run.lowerBound
      while place < run.upperBound {
        let (isIn, end) = other.run(from: place)
        let next = min(end ?? .max, run.upperBound)
        if !isIn { rest.insert(place..<next) }
        place = next
      }
    }
    return rest
  }

  /// All that is in the set, in order.
  package var runs: [Range<Int>] {
    var runs: [Range<Int>] = []
    forEachRun { runs.append($0) }
    return runs
  }

  package static func == (left: RecordSet, right: RecordSet) -> Bool {
    left.count == right.count && left.lowWater == right.lowWater && left.runs == right.runs
  }
}

/// As many records as have their bits together.
private struct Page: Sendable {
  static let size = 4096
  /// No words where all bits are set.
  private var words = [UInt64](repeating: 0, count: size / 64)
  private var count = 0

  private var isFull: Bool { words.isEmpty }

  /// A range of records in parts, each of which is in one page.
  static func parts(of records: Range<Int>) -> some Sequence<(page: Int, records: Range<Int>)> {
    (records.lowerBound / size...(records.upperBound - 1) / size).lazy.map { number in
      let start = number * size
      let part = records.clamped(to: start..<start + size)
      return (number, part.lowerBound - start..<part.upperBound - start)
    }
  }

  func contains(_ bit: Int) -> Bool { isFull || words[bit / 64] >> UInt64(bit % 64) & 1 == 1 }

  /// - Returns: how many were not in it.
  mutating func insert(_ bits: Range<Int>) -> Int {
    if isFull { return 0 }
    let before = count
    forEachWord(of: bits) { word, mask in
      count += (mask & ~words[word]).nonzeroBitCount
      words[word] |= mask
    }
    if count == Self.size { words = [] }
    return count - before
  }

  func count(in bits: Range<Int>) -> Int {
    if isFull { return bits.count }
    var found = 0
    forEachWord(of: bits) { found += (words[$0] & $1).nonzeroBitCount }
    return found
  }

  private func forEachWord(of bits: Range<Int>, _ body: (_ word: Int, _ mask: UInt64) -> Void) {
    var place = bits.lowerBound
    while place < bits.upperBound {
      let length = min(64 - place % 64, bits.upperBound - place)
      let mask = length == 64 ? UInt64.max : (UInt64(1) << UInt64(length) - 1)
      body(place / 64, mask << UInt64(place % 64))
      place += length
    }
  }

  /// The first bit from one on that is not set.
  func endOfRun(from bit: Int) -> Int { isFull ? Self.size : first(from: bit) { ~$0 } ?? Self.size }

  /// The first bit from one on that is set.
  func start(from bit: Int) -> Int? { isFull ? bit : first(from: bit) { $0 } }

  private func first(from bit: Int, _ look: (UInt64) -> UInt64) -> Int? {
    guard bit < Self.size else { return nil }
    var word = bit / 64
    var found = look(words[word]) & UInt64.max << UInt64(bit % 64)
    while found == 0 {
      word += 1
      if word == words.count { return nil }
      found = look(words[word])
    }
    return word * 64 + found.trailingZeroBitCount
  }

  /// The bit behind the last that is set.
  var end: Int {
    if isFull { return Self.size }
    guard let word = words.lastIndex(where: { $0 != 0 }) else { return 0 }
    return word * 64 + 64 - words[word].leadingZeroBitCount
  }

  func forEachRun(from base: Int, _ body: (Range<Int>) -> Void) {
    var place = 0
    while let start = start(from: place), start < Self.size {
      let end = endOfRun(from: start)
      body(base + start..<base + end)
      if end == Self.size { return }
      place = end
    }
  }
}

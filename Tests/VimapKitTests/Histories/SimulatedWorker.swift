/// A worker as the simulation has it: what it was sent, and how far it is.
struct SimulatedWorker {
  /// A record it has and has not answered.
  struct Item: Equatable {
    var batch: UInt64
    var record: Int
    /// How many records it had been sent before this one.
    var number: UInt64
  }

  enum Retirement {
    case none
    /// It takes no more, though the pool has not heard of it yet.
    case unheard
    case heard
  }

  var isReady = false
  /// It has been asked to begin nothing more.
  var isRecalled = false
  var isClosing = false
  /// It was killed, or has failed, and its end will follow.
  var isDoomed = false
  /// It has failed by itself.
  var hasFailed = false
  /// It was told to be late.
  var wasLate = false
  var retirement = Retirement.none
  private(set) var work: [Item] = []
  private(set) var received: UInt64 = 0
  private(set) var begun: UInt64 = 0

  /// It answers nothing before it is told to let go.
  var holdsBack = false
  /// It has said that it has passed everything on, and been given nothing since.
  var saidHungry = false
  /// So many of the records it was sent are to be let go of.
  private var letsGo: UInt64 = 0

  mutating func receive(_ batch: UInt64, _ records: Range<Int>) {
    for record in records {
      if retirement == .none {
        work.append(Item(batch: batch, record: record, number: received))
      }
      received += 1
    }
    saidHungry = false
  }

  mutating func flush() { letsGo = received }

  /// How many of its records it may answer now.
  var answerable: Int {
    holdsBack ? work.prefix { $0.number < letsGo }.count : work.count
  }

  /// Takes out some records to be answered: as many as are wanted and there are, one behind the
  /// other in one batch.
  mutating func finish(skip: Int, count: Int) -> [Item] {
    guard skip < answerable else { return [] }
    let first = work[skip]
    var items = [first]
    for item in work[..<answerable].dropFirst(skip + 1).prefix(count - 1) {
      guard item.batch == first.batch, item.record == first.record + items.count else { break }
      items.append(item)
    }
    work.removeSubrange(skip..<(skip + items.count))
    begin(through: items.last)
    return items
  }

  private mutating func begin(through item: Item?) {
    if let item { begun = max(begun, item.number + 1) }
  }

  /// It begins so many of the records it has.
  mutating func begin(_ count: Int) {
    if count > 0 { begin(through: work.prefix(count).last) }
  }

  /// What it has begun and not answered.
  var unfinished: [Item] { Array(work.prefix { $0.number < begun }) }

  /// It forgets all but so many of its records, and lets go of those. What it has begun it cannot
  /// forget.
  mutating func retire(keeping count: Int) {
    begin(count)
    flush()
    work.removeAll { $0.number >= begun }
    retirement = .unheard
  }
}

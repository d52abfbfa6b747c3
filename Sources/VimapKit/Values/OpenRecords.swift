import DequeModule

/// Inputs that a worker has taken and not answered: of the batch at hand, and of those before it.
struct OpenRecords {
  private var taken = TakenRecords(ToWorker(kind: .close), from: 0)
  private var earlier: Deque<TakenRecords> = []

  var count: Int {
    taken.count + (earlier.isEmpty ? 0 : earlier.reduce(0) { $0 + $1.count })
  }

  /// The oldest, with those behind it in its batch.
  var oldest: TakenRecords? {
    if let first = earlier.first { return first }
    return taken.isEmpty ? nil : taken
  }

  /// The oldest, where it is of the batch at hand.
  var oldestAtHand: (batch: UInt64, number: Int)? {
    earlier.isEmpty && !taken.isEmpty ? (taken.batch, taken.next) : nil
  }

  func contains(_ ticket: Ticket) -> Bool {
    taken.contains(ticket) || earlier.contains { $0.contains(ticket) }
  }

  func isOldest(_ ticket: Ticket) -> Bool {
    guard let oldest else { return false }
    return oldest.batch == ticket.batch && oldest.next == ticket.number
  }

  // MARK: Taking

  /// Begins with a batch, at one of its records.
  mutating func begin(_ message: ToWorker, from first: Int) {
    if !taken.isEmpty { earlier.append(taken) }
    taken = TakenRecords(message, from: first)
  }

  /// The records of the batch at hand in front of `end` are taken.
  mutating func noteTaken(upTo end: Int) { taken.end = end }

  /// The records of the batch at hand in front of `next` that were not taken are done.
  mutating func skip(to next: Int, of message: ToWorker) {
    if taken.isEmpty { taken = TakenRecords(message, from: next) }
  }

  // MARK: Answering

  mutating func closeOldest() {
    if earlier.isEmpty { return taken.dropFirst() }
    earlier[0].dropFirst()
    if earlier[0].isEmpty { earlier.removeFirst() }
  }

  /// Closes one, in its turn or not. Returns what is known of it; `nil` where it is not open.
  mutating func close(_ ticket: Ticket) -> TakenRecords? {
    if isOldest(ticket) {
      defer { closeOldest() }
      return oldest
    }
    if taken.contains(ticket) {
      taken.drop(ticket)
      return taken
    }
    guard let place = earlier.firstIndex(where: { $0.contains(ticket) }) else { return nil }
    earlier[place].drop(ticket)
    defer { earlier.removeAll(where: \.isEmpty) }
    return earlier[place]
  }
}

/// Records of a batch that a worker has taken and not answered.
struct TakenRecords {
  let batch: UInt64
  /// The batch's place among all records.
  let index: Int
  let attempt: Int
  /// The first of them, and that behind the last.
  private(set) var next: Int
  var end: Int
  /// Those behind the first that are answered already.
  private var gone: Set<Int> = []

  init(_ message: ToWorker, from first: Int) {
    batch = message.batch
    index = message.index
    attempt = Int(message.attempt)
    next = first
    end = first
  }

  var count: Int { end - next - gone.count }
  var isEmpty: Bool { next == end }

  func contains(_ ticket: Ticket) -> Bool {
    batch == ticket.batch && (next..<end).contains(ticket.number) && !gone.contains(ticket.number)
  }

  mutating func dropFirst() {
    next += 1
    if gone.isEmpty { return }
    while gone.remove(next) != nil { next += 1 }
  }

  /// One that is not the oldest of all.
  mutating func drop(_ ticket: Ticket) {
    if ticket.number == next { dropFirst() } else { gone.insert(ticket.number) }
  }

  /// The first of them, as it is answered.
  func answered() -> AnsweredRecord { AnsweredRecord(batch: batch, number: next) }
}

import VimapSystem

/// How much may be read and handed out: the limits on what is in flight, and how fast tries may be
/// started.
struct Admission {
  private let window: Int
  private let mostInFlight: Int
  private let mostUnfinished: Int
  private let concurrency: Int
  private let handsOutSingly: Bool

  private var heldBytes = 0
  /// Records that are with workers, or on their way to one.
  private(set) var inFlight = 0
  /// Records taken from the input whose results have not been taken by the reader yet.
  private(set) var unfinished = 0

  private var rate: RateLimiter?
  private var budget: RateLimiter?
  /// Until when all servers are paused.
  private var pauseEnd: Nanoseconds = 0
  /// The cost of the record that was last held up.
  private var costAwaited = 0.0

  init(_ rules: PoolState.Rules) {
    window = rules.window
    mostInFlight = rules.mostInFlight ?? .max
    mostUnfinished = rules.mostUnfinished ?? .max
    concurrency = rules.concurrency
    handsOutSingly = rules.handsOutSingly
    rate = rules.rate.map { RateLimiter($0) }
    budget = rules.budget.map { RateLimiter($0) }
  }

  // MARK: What is under way

  /// How many more records may be taken from the input.
  var credit: Int { min(mostInFlight - inFlight, mostUnfinished - unfinished) }

  /// Whether the window lets more be read. A batch that is larger than the whole window goes alone.
  var isWindowOpen: Bool { heldBytes < window || heldBytes == 0 }

  /// Whether as much is in flight as may be.
  var isFull: Bool { heldBytes >= window || credit <= 0 }

  mutating func take(records: Int, bytes: Int) {
    heldBytes += bytes
    inFlight += records
    unfinished += records
  }

  /// Counts records that no worker has to see.
  mutating func takeAnswered(_ records: Int) { unfinished += records }
  mutating func noteAnswered(_ records: Int) { inFlight -= records }
  mutating func noteTakenAway(_ records: Int) { unfinished -= records }
  mutating func hold(bytes: Int) { heldBytes += bytes }
  mutating func release(bytes: Int) { heldBytes -= bytes }
  /// Stops counting what is in flight, since nobody waits for it.
  mutating func forgetInFlight() { inFlight = 0 }

  // MARK: When tries may be started

  /// Tries are started one after the other, by the clock.
  var isPaced: Bool { rate != nil || budget != nil }
  /// Each batch is a single record, whose cost is known.
  var countsCosts: Bool { budget != nil }
  /// A worker is given no more records than it can work on at once.
  var handsOutLittle: Bool { isPaced || handsOutSingly }

  /// The most records that a worker has at a time. If several records come due within the shortest
  /// time that one can wait, the worker is given that many.
  var mostAtOnce: Int {
    if isPaced { return max(concurrency, rate?.perTick ?? 0) }
    return handsOutSingly ? concurrency : .max
  }

  /// The number of records that may be started now.
  /// - Parameter cost: the cost of each record, if there is a budget.
  func allowance(cost: Double, _ now: Nanoseconds) -> Int {
    if isHeld(now) || budget?.mayGo(cost, now) == false { return 0 }
    return rate?.allowance(now) ?? .max
  }

  /// Whether nothing is handed out because all servers are paused. Otherwise the records that come
  /// due during the pause would all be sent at the moment the pause ends.
  func isHeld(_ now: Nanoseconds) -> Bool { isPaced && now < pauseEnd }

  mutating func pause(until moment: Nanoseconds) { pauseEnd = moment }

  mutating func noteStart(_ assignment: Assignment, _ now: Nanoseconds) {
    rate?.take(Double(assignment.records.count), now)
    budget?.take(assignment.cost, now)
  }

  /// Notes that a record of this cost waits for its turn.
  mutating func noteHeldUp(cost: Double) { costAwaited = cost }

  /// When the next try may be started. `nil` if one may be started now.
  func nextTurn(after now: Nanoseconds) -> Nanoseconds? {
    if isHeld(now) { return pauseEnd }
    let turns = [rate?.next(1, after: now), budget?.next(costAwaited, after: now)]
    return turns.compactMap(\.self).min()
  }
}

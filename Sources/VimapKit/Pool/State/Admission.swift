import VimapSystem

/// How much may be read and handed out: the bounds of what is under way, and how fast tries may be
/// started.
struct Admission {
  private let window: Int
  private let mostInFlight: Int
  private let mostUnfinished: Int
  private let concurrency: Int
  private let handsOutSingly: Bool

  private var heldBytes = 0
  /// Records with workers, or on their way to one.
  private(set) var inFlight = 0
  /// Records taken from the input whose results are not yet with whoever wants them.
  private(set) var unfinished = 0

  private var rate: RateLimiter?
  private var budget: RateLimiter?
  /// Until when no server takes anything.
  private var pauseEnd: Nanoseconds = 0
  /// What the record costs that was last held up.
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

  /// Whether the window lets more be read. A batch that is larger than all of it goes alone.
  var isWindowOpen: Bool { heldBytes < window || heldBytes == 0 }

  /// As much is under way as may be.
  var isFull: Bool { heldBytes >= window || credit <= 0 }

  mutating func take(records: Int, bytes: Int) {
    heldBytes += bytes
    inFlight += records
    unfinished += records
  }

  /// Records that no worker has to see.
  mutating func takeAnswered(_ records: Int) { unfinished += records }
  mutating func noteAnswered(_ records: Int) { inFlight -= records }
  mutating func noteTakenAway(_ records: Int) { unfinished -= records }
  mutating func hold(bytes: Int) { heldBytes += bytes }
  mutating func release(bytes: Int) { heldBytes -= bytes }
  /// What is in flight is waited for no more.
  mutating func forgetInFlight() { inFlight = 0 }

  // MARK: When tries may be started

  /// Tries are started one after the other, by the clock.
  var isPaced: Bool { rate != nil || budget != nil }
  /// Each batch is a single record, whose cost is known.
  var countsCosts: Bool { budget != nil }
  /// A worker is given no more than it can work on.
  var handsOutLittle: Bool { isPaced || handsOutSingly }

  /// Most records a worker has at a time. Where more than one is due in the shortest time that can
  /// be waited for, it is given as many.
  var mostAtOnce: Int {
    if isPaced { return max(concurrency, rate?.perTick ?? 0) }
    return handsOutSingly ? concurrency : .max
  }

  /// How many records may be started now.
  /// - Parameter cost: what each costs, where that counts.
  func allowance(cost: Double, _ now: Nanoseconds) -> Int {
    if isHeld(now) || budget?.mayGo(cost, now) == false { return 0 }
    return rate?.allowance(now) ?? .max
  }

  /// Whether nothing is handed out since no server takes anything: what was due meanwhile would all
  /// be sent in the moment in which one does.
  func isHeld(_ now: Nanoseconds) -> Bool { isPaced && now < pauseEnd }

  mutating func pause(until moment: Nanoseconds) { pauseEnd = moment }

  mutating func noteStart(_ assignment: Assignment, _ now: Nanoseconds) {
    rate?.take(Double(assignment.records.count), now)
    budget?.take(assignment.cost, now)
  }

  /// A record that costs so much waits for its turn.
  mutating func noteHeldUp(cost: Double) { costAwaited = cost }

  /// When the next try may be started, where that is after `now`.
  func nextTurn(after now: Nanoseconds) -> Nanoseconds? {
    if isHeld(now) { return pauseEnd }
    let turns = [rate?.next(1, after: now), budget?.next(costAwaited, after: now)]
    return turns.compactMap(\.self).min()
  }
}

import VimapSystem

/// Measures where the time of a run goes, and how much each worker does. It reads no clock: it is
/// told the time before and after each wait of the pool.
struct RunMeter {
  /// By slot, how many records its workers answered.
  private(set) var records: [Int]
  /// By slot, how long its workers had records, and room for the answers.
  private(set) var busy: [Nanoseconds]
  private(set) var waits: [WaitReason: Nanoseconds] = [:]

  /// The moment up to which time is accounted for.
  private var mark: Nanoseconds
  private var reason: WaitReason?
  private var isBusy: [Bool]

  init(slots: Int, now: Nanoseconds) {
    records = Array(repeating: 0, count: slots)
    busy = Array(repeating: 0, count: slots)
    isBusy = Array(repeating: false, count: slots)
    mark = now
  }

  mutating func noteAnswers(_ count: Int, of slot: Int) { records[slot] += count }

  /// Notes that the pool begins to wait.
  /// - Parameter isBusy: whether a slot's worker is working now. It then counts as busy from the
  ///   end of the last wait to the end of this one.
  mutating func beginWait(
    for reason: WaitReason, now: Nanoseconds, isBusy: (_ slot: Int) -> Bool
  ) {
    for slot in self.isBusy.indices { self.isBusy[slot] = isBusy(slot) }
    pass(now)
    self.reason = reason
  }

  mutating func endWait(now: Nanoseconds) {
    let start = mark
    pass(now)
    if let reason { waits[reason, default: 0] += now - start }
    reason = nil
  }

  private mutating func pass(_ now: Nanoseconds) {
    let time = now - mark
    for slot in busy.indices where isBusy[slot] { busy[slot] += time }
    mark = now
  }
}

import VimapSystem

/// What a pool waits for: its workers, input, outputs, signals, external descriptors, and the time
/// of the next tick.
struct PoolWatch: ~Copyable {
  /// Also holds the places of the workers.
  var poll = PollSet()
  private(set) var interruptions: Interruptions?
  private var externals: [ExternalDescriptor] = []
  private var ticker: PoolTicker?
  private var onTick: () -> Void = {}
  private let input: Int
  private let outputs: [Int]

  init() {
    input = poll.add(-1, [])
    outputs = [poll.add(-1, []), poll.add(-1, [])]
  }

  // MARK: What is watched

  /// - Parameter decide: what to do about a signal.
  mutating func add(
    _ signals: consuming SignalWatch, decide: @escaping (CInt) -> Interruption
  ) {
    let place = poll.add(signals.descriptor.number, .readable)
    interruptions = Interruptions(watch: signals, place: place, decide: decide)
  }

  /// Adds a descriptor that does not belong to the pool. It is watched as long as `isWanted` says
  /// so.
  mutating func add(
    _ descriptor: CInt, while isWanted: @escaping () -> Bool, onReadable: @escaping () -> Void
  ) {
    externals.append(
      ExternalDescriptor(
        descriptor: descriptor, place: poll.add(-1, []), isWanted: isWanted,
        onReadable: onReadable))
  }

  mutating func add(_ pace: TickPace, _ body: @escaping () -> Void) {
    ticker = PoolTicker(pace, Clock.now())
    onTick = body
  }

  // MARK: Waiting

  /// Chooses what to wait for besides the workers.
  /// - Parameters:
  ///   - input: the descriptor to read from, if the pool waits for input.
  ///   - outputs: the descriptors to write to.
  mutating func set(input descriptor: CInt?, outputs descriptors: [CInt]) {
    poll.set(input, descriptor ?? -1, descriptor == nil ? [] : .readable)
    for (index, place) in outputs.enumerated() {
      let descriptor = index < descriptors.count ? descriptors[index] : -1
      poll.set(place, descriptor, descriptor < 0 ? [] : .writable)
    }
    for external in externals { external.watch(&poll) }
  }

  var hasSignals: Bool { interruptions.map { !poll.ready($0.place).isEmpty } ?? false }

  /// The external descriptors that are readable.
  var readyExternals: [ExternalDescriptor] {
    externals.filter { !poll.ready($0.place).isEmpty }
  }

  /// The body to call if a tick is due.
  mutating func takeTick(_ now: Nanoseconds, activity: Int) -> (() -> Void)? {
    ticker?.take(now, activity: activity) == true ? onTick : nil
  }

  func nextTick(activity: Int) -> Nanoseconds? { ticker?.next(activity: activity) }
}

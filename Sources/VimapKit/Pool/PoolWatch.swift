import VimapSystem

/// What a pool waits for: its workers, its input and outputs, signals, whatever else somebody wants
/// watched, and the time at which somebody wants to look.
struct PoolWatch: ~Copyable {
  /// Workers have places in it as well.
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

  /// A descriptor that is none of the pool's, watched as long as that is wanted.
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
  ///   - input: to be read, where that is waited for.
  ///   - outputs: to be written to.
  mutating func set(input descriptor: CInt?, outputs descriptors: [CInt]) {
    poll.set(input, descriptor ?? -1, descriptor == nil ? [] : .readable)
    for (index, place) in outputs.enumerated() {
      let descriptor = index < descriptors.count ? descriptors[index] : -1
      poll.set(place, descriptor, descriptor < 0 ? [] : .writable)
    }
    for external in externals { external.watch(&poll) }
  }

  var hasSignals: Bool { interruptions.map { !poll.ready($0.place).isEmpty } ?? false }

  /// What else was found.
  var readyExternals: [ExternalDescriptor] {
    externals.filter { !poll.ready($0.place).isEmpty }
  }

  /// Whom to call who wants to look, if it is time.
  mutating func takeTick(_ now: Nanoseconds, activity: Int) -> (() -> Void)? {
    ticker?.take(now, activity: activity) == true ? onTick : nil
  }

  func nextTick(activity: Int) -> Nanoseconds? { ticker?.next(activity: activity) }
}

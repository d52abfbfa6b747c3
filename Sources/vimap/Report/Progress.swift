import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// How a run's progress is shown.
enum ProgressManner {
  case none
  /// A line on a terminal that is drawn again and again.
  case line
  /// A line now and then, one below the other.
  case lines

  /// On a terminal there is a line, unless that is not wanted, or records are typed there.
  init(_ options: WatchOptions, readsTerminal: Bool) {
    let isTerminal = Descriptor.isTerminal(StandardDescriptor.error)
    if isTerminal, TerminalStyle.canBeDrawnOn {
      let isWanted = options.progress || !(options.noProgress || options.quiet || readsTerminal)
      self = isWanted ? .line : .none
    } else {
      self = options.progress ? .lines : .none
    }
  }
}

/// What the environment says about terminals.
enum TerminalStyle {
  /// Whether the cursor can be moved.
  static var canBeDrawnOn: Bool {
    guard let terminal = variable("TERM") else { return false }
    return !terminal.isEmpty && terminal != "dumb"
  }

  /// See https://no-color.org.
  static var hasColours: Bool { variable("NO_COLOR")?.isEmpty ?? true }

  private static func variable(_ name: String) -> String? {
    environmentValue(of: name, in: inheritedEnvironment())
  }
}

/// Shows how far a run has come, while it goes on.
final class Progress {
  private let manner: ProgressManner
  private let messages: Messages
  private let colours = TerminalStyle.hasColours
  private var records = RateMeter(window: 5)
  /// What is left is reckoned from more than the last seconds, so as not to jump to and fro.
  private var share = RateMeter(window: 60)
  private var hasShown = false

  /// The width where a terminal does not say how wide it is.
  private static let usualColumns = 80

  init(_ manner: ProgressManner, _ messages: Messages) {
    self.manner = manner
    self.messages = messages
  }

  func watch(_ pool: RecordPool) {
    switch manner {
    case .none: break
    case .line:
      // A run that is over before one could read it is not worth a line.
      pool.watch(
        every: TickPace(first: .milliseconds(500), busy: .milliseconds(100), quiet: .seconds(1))
      ) { [unowned self, unowned pool] in show(pool.briefStatus) }
    case .lines:
      pool.watch(every: TickPace(.seconds(10))) { [unowned self, unowned pool] in
        show(pool.briefStatus)
      }
    }
  }

  private func show(_ status: PoolStatus) {
    hasShown = true
    let line = line(status)
    if manner == .lines { return messages.say(line.plainText) }
    guard let screen = messages.screen else { return }
    screen.show(
      line.shown(columns: screen.columns ?? Self.usualColumns, colours: colours))
  }

  /// The terminal has another size.
  func resize(_ pool: RecordPool) {
    if manner == .line, hasShown { show(pool.briefStatus) }
  }

  private func line(_ status: PoolStatus) -> ProgressLine {
    let seconds = status.elapsed.seconds
    records.note(Double(status.finished), at: seconds)
    var line = ProgressLine(status: status, rate: records.perSecond)
    if let share = status.share {
      self.share.note(share, at: seconds)
      if let rate = self.share.perSecond, rate > 0, seconds >= 2 {
        line.remaining = (1 - share) / rate
      }
    }
    return line
  }

  /// The run is over: a line that sums up is left, in the place of the one that was shown.
  func finish(_ status: PoolStatus) {
    guard hasShown || manner == .lines else { return }
    messages.say(ProgressLine(status: status).summary)
  }
}

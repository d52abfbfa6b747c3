import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// How a run's progress is shown.
enum ProgressManner {
  case none
  /// A line on a terminal that is drawn again and again.
  case line
  /// A new line now and then.
  case lines

  /// On a terminal there is a line, unless the user does not want it, or types records there.
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

/// What the environment says about the terminal.
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

/// Shows the progress of a run.
final class Progress {
  private let manner: ProgressManner
  private let messages: Messages
  private let colours = TerminalStyle.hasColours
  private var records = RateMeter(window: 5)
  /// The remaining time is estimated over a longer period, so that it does not jump.
  private var share = RateMeter(window: 60)
  private var hasShown = false

  /// The width of a terminal that does not report it.
  private static let usualColumns = 80

  init(_ manner: ProgressManner, _ messages: Messages) {
    self.manner = manner
    self.messages = messages
  }

  func watch(_ pool: RecordPool) {
    switch manner {
    case .none: break
    case .line:
      // If the run ends before anybody could read the line, no line is shown.
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

  /// Draws the line again, since the terminal has another size.
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

  /// Replaces the line by a summary, since the run is over.
  func finish(_ status: PoolStatus) {
    guard hasShown || manner == .lines else { return }
    messages.say(ProgressLine(status: status).summary)
  }
}

import Logging
import VimapKit
import VimapRecords
import VimapSystem

/// All that is said while a run goes on: by importance, on standard error.
final class Messages {
  /// Errors, notices and, for those who want to know why, decisions (`debug`).
  let log: Logger
  /// Where standard error is a terminal with a line about the run's progress on it.
  let screen: Screen?

  init(_ options: WatchOptions, _ screen: Screen?) {
    self.screen = screen
    let handler = MessageHandler(
      logLevel: options.quiet ? .error : options.verbose ? .debug : .notice, screen: screen)
    log = Logger(label: "vimap", factory: { _ in handler })
  }

  /// What was asked for is said however quiet the run is to be.
  func say(_ text: String) { Printer.say(text, on: screen) }
}

/// Writes each message as one line, `vimap: what: why`; decisions with the time since the start.
///
/// It is used by the one thread of this program only.
private struct MessageHandler: LogHandler, @unchecked Sendable {
  var logLevel: Logger.Level
  let screen: Screen?
  var metadata: Logger.Metadata = [:]
  private let start = Clock.now()

  init(logLevel: Logger.Level, screen: Screen?) {
    self.logLevel = logLevel
    self.screen = screen
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var time = ""
    if event.level <= .debug {
      let tenths = (Clock.now() - start) / 100_000_000
      time = "\(tenths / 10).\(tenths % 10) s: "
    }
    Printer.say("\(time)\(event.message)", on: screen)
  }
}

import Logging
import VimapKit
import VimapRecords
import VimapSystem

/// Everything that is printed on standard error while a run goes on, by importance.
final class Messages {
  /// Errors, notices and, for users who want to know why, decisions (`debug`).
  let log: Logger
  /// Standard error, if it is a terminal with a progress line.
  let screen: Screen?

  init(_ options: WatchOptions, _ screen: Screen?) {
    self.screen = screen
    let handler = MessageHandler(
      logLevel: options.quiet ? .error : options.verbose ? .debug : .notice, screen: screen)
    log = Logger(label: "vimap", factory: { _ in handler })
  }

  /// Prints what was asked for, even in a quiet run.
  func say(_ text: String) { Printer.say(text, on: screen) }
}

/// Writes each message as one line, `vimap: what: why`. A decision also has the time since the
/// start.
///
/// Only the single thread of this program uses it.
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

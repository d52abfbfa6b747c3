import VimapBytes
import VimapKit
import VimapRecords

/// The message about a server that has asked for a pause: which server, why, for how long, and what
/// can be done about it.
struct PauseText: CustomStringConvertible {
  let pause: KeyPause
  /// The longest pause that is waited for.
  let longest: Duration
  /// Whether records that were turned away are tried again.
  let hasRetries: Bool

  var description: String {
    let length = Duration.nanoseconds(Int64(clamping: pause.length))
    let start =
      "\(pause.key.onOneLine(atMost: 100)) answered with status \(pause.reason) and asks to be"
      + " left alone for \(length.inWords) (Retry-After)"
    if length > longest {
      return start + ", longer than --max-pause (\(longest.inWords)): until then its records are"
        + " exceptions, and nothing is sent there"
    }
    return start + ": nothing is sent there until then; --max-pause TIME has such records fail at"
      + " once" + (hasRetries ? "" : ", --retry N tries those again that were turned away")
      + ", ^C ends the run"
  }
}

extension Duration {
  /// As it would be typed: `90s`, `5m`, `2h`.
  var inWords: String {
    let whole = Int(saturating: min(max(0, seconds), 1e12).rounded())
    if seconds < 1 { return "\(TimeSpan(seconds: seconds))" }
    if whole >= 3600, whole % 3600 == 0 { return "\(whole / 3600)h" }
    if whole >= 60, whole % 60 == 0 { return "\(whole / 60)m" }
    return "\(whole)s"
  }
}

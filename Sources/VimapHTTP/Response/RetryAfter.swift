import VimapBytes
import VimapSystem

/// How long a server wants to be left alone: `Retry-After` (RFC 9110 section 10.2.3).
enum RetryAfter {
  /// More than this, a week, is taken for this much.
  static let longest: Nanoseconds = .seconds(7 * 24 * 3600)

  /// The time that an answer asks for; `nil` where it asks for none, or what it says is neither a
  /// number of seconds nor a date. A date that has passed is no time at all.
  /// - Parameters:
  ///   - head: the lines of the answer's headers.
  ///   - now: the time of day, where the answer doesn't say what the server takes it for.
  static func delay(_ head: ByteView, now: () -> Int) -> Nanoseconds? {
    guard let text = head.values(ofHeader: "retry-after").first?.text else { return nil }
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return Int(text).map(limited) ?? longest
    }
    guard let date = HTTPDate.seconds(of: text) else { return nil }
    let own = head.values(ofHeader: "date").first.flatMap { HTTPDate.seconds(of: $0.text) }
    return limited(date - (own ?? now()))
  }

  private static func limited(_ seconds: Int) -> Nanoseconds {
    min(.seconds(Double(max(0, seconds))), longest)
  }
}

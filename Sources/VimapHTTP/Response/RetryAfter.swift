import VimapBytes
import VimapSystem

/// How long a server asks for a pause: `Retry-After` (RFC 9110 section 10.2.3). Some common forms
/// that are not in the standard are read too: fractions, units as in `1m30s`, and `retry-after-ms`,
/// which is in milliseconds and has precedence.
enum RetryAfter {
  /// The longest pause, a week. Longer ones are cut to it.
  static let longest: Nanoseconds = .seconds(7 * 24 * 3600)

  /// The pause that an answer asks for; `nil` if it asks for none, or its text is neither a time
  /// nor a date. For a date in the past, the pause is zero.
  /// - Parameters:
  ///   - head: the header lines of the answer.
  ///   - now: the time of day, used if the answer doesn't give the server's time.
  static func delay(_ head: ByteView, now: () -> Int) -> Nanoseconds? {
    if let text = head.values(ofHeader: "retry-after-ms").first?.text,
      let milliseconds = number(text)
    {
      return limited(milliseconds / 1000)
    }
    guard let text = head.values(ofHeader: "retry-after").first?.text else { return nil }
    if let seconds = number(text) ?? sum(text) { return limited(seconds) }
    guard let date = HTTPDate.seconds(of: text) else { return nil }
    let own = head.values(ofHeader: "date").first.flatMap { HTTPDate.seconds(of: $0.text) }
    return limited(Double(date) - Double(own ?? now()))
  }

  /// Digits, with or without a decimal point.
  private static func number(_ text: some StringProtocol) -> Double? {
    guard let first = text.utf8.first, first.isDigit,
      text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") })
    else { return nil }
    return Double(text)
  }

  /// The sum of several numbers with units.
  private static func sum(_ text: String) -> Double? {
    var rest = text[...]
    var sum = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let number = number(digits), let unit = units[name.lowercased()] else { return nil }
      sum += number * unit
    }
    return text.isEmpty ? nil : sum
  }

  private static let units: [String: Double] = [
    "ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400,
  ]

  private static func limited(_ seconds: Double) -> Nanoseconds {
    seconds >= Double(longest) / 1e9 ? longest : .seconds(max(0, seconds))
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}

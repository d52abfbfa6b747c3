import VimapBytes
import VimapSystem

/// How long a server wants to be left alone: `Retry-After` (RFC 9110 section 10.2.3), also in the
/// forms that are no standard and common: with a fraction, with units as in `1m30s`, and
/// `retry-after-ms`, which is in milliseconds and goes before the other.
enum RetryAfter {
  /// More than this, a week, is taken for this much.
  static let longest: Nanoseconds = .seconds(7 * 24 * 3600)

  /// The time that an answer asks for; `nil` where it asks for none, or what it says is neither a
  /// time nor a date. A date that has passed is no time at all.
  /// - Parameters:
  ///   - head: the lines of the answer's headers.
  ///   - now: the time of day, where the answer doesn't say what the server takes it for.
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

  /// Digits, with a point among them or without one.
  private static func number(_ text: some StringProtocol) -> Double? {
    guard let first = text.utf8.first, first.isDigit,
      text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") })
    else { return nil }
    return Double(text)
  }

  /// Numbers with units, one behind the other.
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

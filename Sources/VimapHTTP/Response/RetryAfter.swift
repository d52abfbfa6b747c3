import VimapBytes
import VimapSystem

/// How long a server wants to be left alone: `Retry-After` (RFC 9110 section 10.2.3).
enum RetryAfter {
  /// More than this is taken for this much, so that a mistake does not stop a run for good.
  static let longest: Nanoseconds = .seconds(3600)

  /// The time that an answer asks for; `nil` where it asks for none, or what it says is neither a
  /// number of seconds nor a date. A date that has passed is no time at all.
  /// - Parameters:
  ///   - head: the lines of the answer's headers.
  ///   - now: the time of day, where the answer doesn't say what the server takes it for.
  static func delay(_ head: ByteView, now: () -> Int) -> Nanoseconds? {
    guard let text = head.value(ofHeader: "retry-after")?.text else { return nil }
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return Int(text).map(limited) ?? longest
    }
    guard let date = HTTPDate.seconds(of: text) else { return nil }
    let own = head.value(ofHeader: "date").flatMap { HTTPDate.seconds(of: $0.text) }
    return limited(date - (own ?? now()))
  }

  private static func limited(_ seconds: Int) -> Nanoseconds {
    min(.seconds(Double(max(0, seconds))), longest)
  }
}

extension ByteView {
  /// The value of the first header of that name, given in lower case, in lines of headers.
  fileprivate func value(ofHeader name: StaticString) -> ByteView? {
    let name = ByteView(name)
    var offset = 0
    while offset < count {
      let end = firstIndex(of: UInt8(ascii: "\n"), from: offset) ?? count
      let line = slice(offset, end - offset)
      offset = end + 1
      if line.count > name.count, line[name.count] == UInt8(ascii: ":"),
        (0..<name.count).allSatisfy({ line[$0] | 0x20 == name[$0] | 0x20 })
      {
        return line.slice(name.count + 1).trimmed()
      }
    }
    return nil
  }
}

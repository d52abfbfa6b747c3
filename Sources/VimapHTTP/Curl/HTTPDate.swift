internal import CCurl
import VimapBytes

/// Dates as HTTP has them (RFC 9110 section 5.6.7).
enum HTTPDate {
  /// A date in seconds since 1970; `nil` for what is none.
  static func seconds(of text: String) -> Int? {
    // curl_getdate(3) takes parts of dates as well; those of HTTP have at least these.
    guard text.contains(":"), text.contains(where: \.isLetter) else { return nil }
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : Int(seconds)
  }
}

internal import CCurl
import VimapBytes

/// Dates in HTTP's format (RFC 9110 section 5.6.7).
enum HTTPDate {
  /// A date in seconds since 1970; `nil` if the text is no date.
  static func seconds(of text: String) -> Int? {
    // curl_getdate(3) also accepts parts of dates. Dates of HTTP have at least a colon and a
    // letter.
    guard text.contains(":"), text.contains(where: \.isLetter) else { return nil }
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : Int(seconds)
  }
}

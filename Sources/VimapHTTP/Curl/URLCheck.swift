internal import CCurl
import VimapBytes

/// Asks libcurl about a URL (libcurl-url(3)).
enum URLCheck {
  enum Verdict: Equatable {
    case good
    /// A URL, but neither http nor https.
    case otherScheme(String)
    /// No URL, for libcurl's reason.
    case malformed(String)
  }

  static func verdict(on text: String) -> Verdict {
    guard let url = curl_url() else { return .malformed("out of memory") }
    defer { curl_url_cleanup(url) }
    let code = text.withSystemCString {
      curl_url_set(url, CURLUPART_URL, $0, UInt32(CURLU_NON_SUPPORT_SCHEME))
    }
    guard code == CURLUE_OK else { return .malformed(String(cString: curl_url_strerror(code))) }
    var scheme: UnsafeMutablePointer<CChar>?
    guard vimap_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK, let scheme else {
      return .malformed("it has no scheme")
    }
    defer { curl_free(scheme) }
    let name = String(cString: scheme)
    return name == "http" || name == "https" ? .good : .otherScheme(name)
  }

  /// Where a request goes, as far as credentials are concerned (RFC 6454 section 4).
  struct Origin: Equatable {
    var scheme: String
    var host: String
    var port: String

    /// The host and its port, as `host:port`.
    var hostAndPort: String { "\(host):\(port)" }
  }

  /// The origin of a URL, as libcurl reads it; `nil` if it is no URL to libcurl.
  static func origin(of text: String) -> Origin? {
    text.withSystemCString { origin(ofText: $0) }
  }

  /// - Parameter text: ends with a NUL.
  static func origin(of text: ByteView) -> Origin? {
    text.withUnsafeBytes { bytes in
      guard bytes.last == 0 else { return nil }
      return bytes.assumingMemoryBound(to: CChar.self).baseAddress.flatMap { origin(ofText: $0) }
    }
  }

  /// The origin that a redirect from `url` to `location` leads to, as libcurl follows it.
  static func origin(of location: String, from url: String) -> Origin? {
    url.withSystemCString { origin(ofText: $0, location: location) }
  }

  private static func origin(
    ofText text: UnsafePointer<CChar>, location: String? = nil
  ) -> Origin? {
    guard let url = curl_url() else { return nil }
    defer { curl_url_cleanup(url) }
    let lenient = UInt32(CURLU_NON_SUPPORT_SCHEME | CURLU_DEFAULT_SCHEME)
    guard curl_url_set(url, CURLUPART_URL, text, lenient) == CURLUE_OK else { return nil }
    if let location {
      let flags = lenient | UInt32(CURLU_URLENCODE | CURLU_ALLOW_SPACE)
      guard curl_url_set(url, CURLUPART_URL, location, flags) == CURLUE_OK else { return nil }
    }
    guard let scheme = part(CURLUPART_SCHEME, of: url), let host = part(CURLUPART_HOST, of: url)
    else { return nil }
    let port = part(CURLUPART_PORT, of: url, UInt32(CURLU_DEFAULT_PORT)) ?? ""
    return Origin(scheme: scheme.lowercased(), host: host.lowercased(), port: port)
  }

  private static func part(
    _ part: CURLUPart, of url: OpaquePointer, _ flags: UInt32 = 0
  ) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard vimap_url_get(url, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}

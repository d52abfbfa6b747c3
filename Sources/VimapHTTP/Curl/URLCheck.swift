internal import CCurl

/// What libcurl makes of a URL (libcurl-url(3)).
enum URLCheck {
  enum Verdict: Equatable {
    case good
    /// It is a URL, but of another kind than http and https.
    case otherScheme(String)
    /// libcurl's reason.
    case malformed(String)
  }

  static func verdict(on text: String) -> Verdict {
    guard let url = curl_url() else { return .malformed("out of memory") }
    defer { curl_url_cleanup(url) }
    let code = curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
    guard code == CURLUE_OK else { return .malformed(String(cString: curl_url_strerror(code))) }
    var scheme: UnsafeMutablePointer<CChar>?
    guard curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK, let scheme else {
      return .malformed("it has no scheme")
    }
    defer { curl_free(scheme) }
    let name = String(cString: scheme)
    return name == "http" || name == "https" ? .good : .otherScheme(name)
  }
}

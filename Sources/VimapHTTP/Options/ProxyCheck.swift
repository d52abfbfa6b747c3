/// Whether a text names a proxy.
package enum ProxyCheck {
  private static let schemes: Set<String> = [
    "http", "https", "socks4", "socks4a", "socks5", "socks5h",
  ]

  /// Where a proxy is, as libcurl names it in what it says; `nil` where the text is no proxy's URL.
  package static func hostAndPort(of text: String) -> (host: String, port: String)? {
    if text.isEmpty { return nil }
    let url = text.hasScheme ? text : "http://" + text
    guard let origin = URLCheck.origin(of: url) else { return nil }
    // A proxy's port is 1080 where it has none of its own, but for https (CURLOPT_PROXY(3)).
    let authority = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first
    let hasPort = authority?.hasSuffix(":\(origin.port)") == true
    return (origin.host, hasPort || origin.scheme == "https" ? origin.port : "1080")
  }

  /// What is wrong with a proxy's URL; `nil` where nothing is. An empty text is no proxy at all.
  package static func problem(with text: String) -> String? {
    if text.isEmpty { return nil }
    if !text.hasScheme, let scheme = text.slippedScheme {
      return "behind \(scheme), :// is expected"
    }
    guard let origin = URLCheck.origin(of: text.hasScheme ? text : "http://" + text) else {
      return "it is no URL of a proxy, such as http://localhost:3128"
    }
    if schemes.contains(origin.scheme) { return nil }
    return "\(origin.scheme) is no kind of proxy; http, https, socks4, socks4a, socks5 and socks5h"
      + " are"
  }
}

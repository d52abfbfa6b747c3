/// Checks the URL of a proxy.
package enum ProxyCheck {
  private static let schemes: Set<String> = [
    "http", "https", "socks4", "socks4a", "socks5", "socks5h",
  ]

  /// The host and port of a proxy, as libcurl names them; `nil` if the text is no proxy's URL.
  package static func hostAndPort(of text: String) -> (host: String, port: String)? {
    if text.isEmpty { return nil }
    let url = text.hasScheme ? text : "http://" + text
    guard let origin = URLCheck.origin(of: url) else { return nil }
    // The default port of a proxy is 1080, except for https (CURLOPT_PROXY(3)).
    let authority = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first
    let hasPort = authority?.hasSuffix(":\(origin.port)") == true
    return (origin.host, hasPort || origin.scheme == "https" ? origin.port : "1080")
  }

  /// What is wrong with a proxy's URL; `nil` if nothing is. An empty text means no proxy.
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

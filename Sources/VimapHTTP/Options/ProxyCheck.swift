/// Whether a text names a proxy.
public enum ProxyCheck {
  private static let schemes: Set<String> = [
    "http", "https", "socks4", "socks4a", "socks5", "socks5h",
  ]

  /// What is wrong with a proxy's URL; `nil` where nothing is. An empty text is no proxy at all.
  public static func problem(with text: String) -> String? {
    if text.isEmpty { return nil }
    guard let origin = URLCheck.origin(of: text.contains("://") ? text : "http://" + text) else {
      return "it is no URL of a proxy, such as http://localhost:3128"
    }
    if schemes.contains(origin.scheme) { return nil }
    return "\(origin.scheme) is no kind of proxy; http, https, socks4, socks4a, socks5 and socks5h"
      + " are"
  }
}

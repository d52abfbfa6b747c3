import VimapBytes
import VimapJSON

/// A URL to send requests to, with http or https. It may have placeholders.
///
/// A record can fill in the path, the query and so on. It can change the scheme, the host or the
/// port only if a placeholder is in their place, as in `http://{.host}/` and `{+.url}`. In
/// `http://example.org{+.path}` the host is fixed, so values must begin with `/`, `?` or `#`. Any
/// other value becomes an exception, and so does a URL that libcurl does not accept.
package struct TargetURL: Sendable, Equatable {
  package let template: Template

  /// The number of bytes before a placeholder that directly follows the host.
  let guardedPrefix: Int?

  /// What a record must not change, if the text before the first placeholder does not settle it.
  let fixedOrigin: FixedOrigin?

  /// What a record must not change in the path, if anything.
  let segments: PathSegments?

  /// The `host:port`, if no placeholder can change it.
  let hostAndPort: String?

  /// Reads a URL. Without a scheme it gets http, as in curl.
  package init(_ text: String) throws(TargetURLError) {
    // libcurl would end the URL at the NUL, and the checks below would check another URL.
    if text.utf8.contains(0) { throw .malformed(url: text, reason: "there is a NUL in it") }
    let given = Template(text)
    let prefix = given.literalPrefix
    let hasScheme = prefix.hasScheme || prefix.isEmpty && !given.isLiteral
    if !hasScheme, text.utf8.first == UInt8(ascii: "/") {
      // libcurl would take the first part of the path for the host.
      throw .malformed(url: text, reason: "No host part in the URL")
    }
    if !hasScheme, let scheme = text.slippedScheme {
      throw .malformed(url: text, reason: "behind \(scheme), :// is expected")
    }
    template = (hasScheme ? given : Template("http://" + text)).withEncodedText
    guardedPrefix = Self.guardedPrefix(of: template)
    fixedOrigin = guardedPrefix == nil ? FixedOrigin(of: template) : nil
    hostAndPort = Self.hostAndPort(of: template, isGuarded: guardedPrefix != nil)
    segments = guardedPrefix == nil ? PathSegments(of: template) : nil
    if template.literalPrefix.isEmpty, !template.isLiteral { return }

    // A digit is valid in a path, a host and a port, but not always after a port.
    let sample = guardedPrefix == nil ? template.text(standIn: "1") : template.literalPrefix
    switch URLCheck.verdict(on: sample) {
    case .good: break
    case .otherScheme(let scheme): throw .otherScheme(url: text, scheme: scheme)
    case .malformed(let reason): throw .malformed(url: text, reason: reason)
    }
  }

  /// Whether it uses http, without TLS, for every record.
  var isPlain: Bool { template.literalPrefix.lowercased().utf8.starts(with: "http://".utf8) }

  private static func hostAndPort(of template: Template, isGuarded: Bool) -> String? {
    let prefix = template.literalPrefix
    guard let start = prefix.authorityStart,
      isGuarded || template.isLiteral || prefix[start...].utf8.contains(where: \.endsAuthority)
    else { return nil }
    return URLCheck.origin(of: prefix)?.hostAndPort
  }

  private static func guardedPrefix(of template: Template) -> Int? {
    let prefix = template.literalPrefix
    guard !template.isLiteral, let start = prefix.authorityStart else {
      return nil
    }
    let authority = prefix[start...].utf8
    if authority.isEmpty || authority.contains(where: \.endsAuthority) { return nil }
    // If the URL has its own `/` after the placeholder, the placeholder is meant to be part of the
    // host.
    let rest = template.text(standIn: "1").utf8.dropFirst(prefix.utf8.count)
    let end = rest.first(where: \.endsAuthority)
    return end == UInt8(ascii: "/") ? nil : prefix.withSystemBytes(\.count)
  }
}

/// The parts among scheme, host and port that have no placeholder in them.
///
/// A placeholder before the host, or in the port, could be filled so that the host changes:
/// `http://{+.user}@example.org/`.
struct FixedOrigin: Equatable {
  private var scheme: String?
  private var host: String?
  private var port: String?

  /// `nil` if the text before the first placeholder settles everything, or nothing.
  init?(of template: Template) {
    let prefix = template.literalPrefix
    guard !template.isLiteral, let start = prefix.authorityStart,
      !prefix[start...].utf8.contains(where: \.endsAuthority),
      case let sample = template.text(standIn: "1"),
      // A part that is the same for two different values has no placeholder in it.
      let one = URLCheck.origin(of: sample),
      let other = URLCheck.origin(of: template.text(standIn: "2"))
    else { return nil }
    scheme = one.scheme == other.scheme ? one.scheme : nil
    host = one.host == other.host ? one.host : nil
    // If a placeholder is in the host's place, its value may contain a port, unless the URL has
    // one.
    let authority = sample.utf8[start...].prefix { !$0.endsAuthority }
    let isOwn = host != nil || Substring(authority).hasSuffix(":\(one.port)")
    port = one.port == other.port && isOwn ? one.port : nil
  }

  func allows(_ origin: URLCheck.Origin) -> Bool {
    (scheme ?? origin.scheme) == origin.scheme && (host ?? origin.host) == origin.host
      && (port ?? origin.port) == origin.port
  }
}

extension UInt8 {
  /// What may follow host and port (RFC 3986 section 3.2).
  var endsAuthority: Bool {
    self == UInt8(ascii: "/") || self == UInt8(ascii: "?") || self == UInt8(ascii: "#")
  }
}

extension String {
  /// The place after `://`, found by bytes: a combining mark could form one character with the last
  /// slash.
  var authorityStart: Index? { utf8.firstRange(of: "://".utf8)?.upperBound }

  var hasScheme: Bool { authorityStart != nil }

  /// The scheme of a text with a mistyped `://`, such as `http//host` or `https:/host`. libcurl
  /// would take the scheme for a host.
  var slippedScheme: String? {
    let start = lowercased()
    for scheme in ["https", "http"] where start.hasPrefix(scheme) {
      let slip = start.dropFirst(scheme.count).prefix { ":;/".contains($0) }
      return slip.count > 1 ? scheme : nil
    }
    return nil
  }
}

/// Why a text is no ``TargetURL``.
package enum TargetURLError: Error, Sendable, Equatable, CustomStringConvertible {
  case otherScheme(url: String, scheme: String)
  /// - Parameter reason: libcurl's reason.
  case malformed(url: String, reason: String)

  package var description: String {
    switch self {
    case .otherScheme(let url, let scheme):
      "'\(Redaction.url(url))': \(scheme) is not spoken, only http and https"
    case .malformed(let url, _) where url.contains(" "):
      // libcurl's reason differs from version to version.
      "'\(Redaction.url(url))' is no URL: there is a space in it, which is written %20"
    case .malformed(let url, let reason):
      "'\(Redaction.url(url))' is no URL: \(reason); one such as http://localhost:8080/ is expected"
    }
  }
}

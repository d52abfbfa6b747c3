import VimapBytes
import VimapJSON

/// A URL to send requests to, of http or https, which may have placeholders.
///
/// A record can fill in the path, the query and so on. It can't change the scheme, the host or the
/// port, unless a placeholder is what stands there: `http://{.host}/` and `{+.url}` say so, whereas
/// in `http://example.org{+.path}` the host is known, and values must begin with `/`, `?` or `#`;
/// what doesn't becomes an exception, as a URL does that libcurl doesn't take.
package struct TargetURL: Sendable, Equatable {
  package let template: Template

  /// Bytes of the text that end with the host, where a placeholder follows it directly.
  let guardedPrefix: Int?

  /// What a record must not change, where it is not plain from the text before the first
  /// placeholder.
  let fixedOrigin: FixedOrigin?

  /// What a record must not change about the path, if there is anything.
  let segments: PathSegments?

  /// The host and port, as `host:port`, where no placeholder can change them.
  let hostAndPort: String?

  /// Reads a URL; without a scheme it is one of http, as in curl.
  package init(_ text: String) throws(TargetURLError) {
    // For libcurl the URL would end there, and the checks below would be about another one.
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

    // A digit can stand in a path, a host and a port alike, though not always behind a port.
    let sample = guardedPrefix == nil ? template.text(standIn: "1") : template.literalPrefix
    switch URLCheck.verdict(on: sample) {
    case .good: break
    case .otherScheme(let scheme): throw .otherScheme(url: text, scheme: scheme)
    case .malformed(let reason): throw .malformed(url: text, reason: reason)
    }
  }

  /// Whether it is of http, without TLS, for every record.
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
    // A `/` of the URL's own behind the placeholder makes it a part of the host on purpose.
    let rest = template.text(standIn: "1").utf8.dropFirst(prefix.utf8.count)
    let end = rest.first(where: \.endsAuthority)
    return end == UInt8(ascii: "/") ? nil : prefix.withSystemBytes(\.count)
  }
}

/// Those of scheme, host and port that have no placeholder in them.
///
/// A placeholder before the host, or in the port, could hold what makes the rest another host:
/// `http://{+.user}@example.org/`.
struct FixedOrigin: Equatable {
  private var scheme: String?
  private var host: String?
  private var port: String?

  /// `nil` where the text before the first placeholder says it all, or says nothing.
  init?(of template: Template) {
    let prefix = template.literalPrefix
    guard !template.isLiteral, let start = prefix.authorityStart,
      !prefix[start...].utf8.contains(where: \.endsAuthority),
      case let sample = template.text(standIn: "1"),
      // What is the same whatever stands in the placeholders' places has none in it.
      let one = URLCheck.origin(of: sample),
      let other = URLCheck.origin(of: template.text(standIn: "2"))
    else { return nil }
    scheme = one.scheme == other.scheme ? one.scheme : nil
    host = one.host == other.host ? one.host : nil
    // In the host's place, a value may bring its port along where the URL has none of its own.
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
  /// The place behind `://`, be there a mark of some language or not, which would be one character
  /// with it.
  var authorityStart: Index? { utf8.firstRange(of: "://".utf8)?.upperBound }

  var hasScheme: Bool { authorityStart != nil }

  /// The scheme that a text begins with where what follows was to be `://`, such as in `http//host`
  /// and `https:/host`: libcurl would take it for a host.
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
  /// - Parameter reason: libcurl's.
  case malformed(url: String, reason: String)

  package var description: String {
    switch self {
    case .otherScheme(let url, let scheme):
      "'\(Redaction.url(url))': \(scheme) is not spoken, only http and https"
    case .malformed(let url, _) where url.contains(" "):
      // libcurl's reason is another one in each version.
      "'\(Redaction.url(url))' is no URL: there is a space in it, which is written %20"
    case .malformed(let url, let reason):
      "'\(Redaction.url(url))' is no URL: \(reason); one such as http://localhost:8080/ is expected"
    }
  }
}

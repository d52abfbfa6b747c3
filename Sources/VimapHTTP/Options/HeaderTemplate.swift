import VimapJSON

/// A header of every request, in the form of curl's `-H`. Its value may have placeholders.
package struct HeaderTemplate: Sendable, Equatable {
  package enum Value: Sendable, Equatable {
    case text(Template)
    /// The header is sent without a value.
    case empty
    /// The header, which would be sent by default, is not sent.
    case removed
  }

  package let name: String
  package let value: Value
  /// Whether its value is never shown, and sent to no other host. Its name may say so, or it may
  /// come from where secrets are kept.
  package let isSecret: Bool

  init(name: String, value: Value, isSecret: Bool = false) {
    self.name = name
    self.value = value
    self.isSecret = isSecret || Redaction.isSecret(header: name)
  }

  /// Reads `Name: value`, `Name;` for a header without a value, or `Name:` for a header that is not
  /// sent (CURLOPT_HTTPHEADER(3)).
  /// - Parameter isSecret: whether it is secret whatever its name is.
  package init(_ text: String, isSecret: Bool = false) throws(HeaderError) {
    guard !text.utf8.contains(where: \.endsHeader) else { throw .lineBreak }
    // By scalars: a combining mark after the colon would form one character with it.
    let scalars = text.unicodeScalars
    if let colon = scalars.firstIndex(of: ":") {
      name = String(scalars[..<colon])
      let value = Substring(scalars[scalars.index(after: colon)...]).trimmingSpace()
      self.value = value.isEmpty ? .removed : .text(Template(value))
    } else if scalars.last == ";" {
      name = String(scalars.dropLast())
      value = .empty
    } else {
      throw .noColon
    }
    guard name.isToken else { throw .badName(name) }
    if Self.namesOfFraming.contains(name.lowercased()) { throw .framing(name) }
    self.isSecret = isSecret || Redaction.isSecret(header: name)
  }

  /// Headers that say where a message ends and what follows it (RFC 9112 section 6, RFC 9113
  /// section 8.2.2). Any value but libcurl's own would cut the body, or make two requests of one.
  private static let namesOfFraming: Set<String> = [
    "content-length", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
  ]
}

/// Why a text is no ``HeaderTemplate``. It never shows values, since they may be secret.
package enum HeaderError: Error, Sendable, Equatable, CustomStringConvertible {
  case noColon
  /// There is a carriage return, a line feed or a NUL in it.
  case lineBreak
  case badName(String)
  /// libcurl itself sets this header: it says how long a request is, and how it is sent.
  case framing(String)

  package var description: String {
    switch self {
    case .noColon: "a header has no colon; one such as 'Name: value' is expected"
    case .lineBreak: "a header has a line break or a NUL in it"
    case .badName(let name): "'\(name)' is no name of a header"
    case .framing(let name):
      "the header \(name) is sent as the request needs it, and another would break it: leave it out"
    }
  }
}

extension UInt8 {
  /// Whether the byte would end a header early and begin something else: CR, LF and NUL (RFC 9110
  /// section 5.5).
  var endsHeader: Bool { self == 0x0D || self == 0x0A || self == 0 }
}

extension Substring {
  /// The text without spaces and tabs at either end.
  package func trimmingSpace() -> String {
    var rest = unicodeScalars
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return String(rest)
  }
}

import VimapBytes

extension Template {
  /// The same template of a URL, with its own text percent-encoded where it is not ASCII, as values
  /// are (RFC 3986 section 2.5). This begins after the host, since host names have an encoding of
  /// their own.
  public var withEncodedText: Template {
    var isBehindHost = false
    let parts = parts.map { part in
      guard case .literal(let text) = part else { return part }
      return .literal(Self.encoded(text, &isBehindHost))
    }
    return Template(parts: parts, description: description)
  }

  private static func encoded(_ text: [UInt8], _ isBehindHost: inout Bool) -> [UInt8] {
    var place = 0
    var encoded = ByteBuffer(capacity: text.count)
    while place < text.count {
      let byte = text[place]
      if !isBehindHost, text[place...].starts(with: "://".utf8) {
        encoded.append("://")
        place += 3
        continue
      }
      isBehindHost = isBehindHost || "/?#".utf8.contains(byte)
      if isBehindHost, byte >= 0x80 {
        encoded.append("%")
        encoded.appendHex(of: byte)
      } else {
        encoded.append(byte)
      }
      place += 1
    }
    return encoded.view.withUnsafeBytes { Array($0) }
  }
}

import VimapBytes

extension ByteBuffer {
  /// Appends `bytes` percent-encoded (RFC 3986 section 2.1). Unreserved characters stay as they
  /// are. With `keepsReserved`, reserved characters stay too, and so do triplets such as `%2F`.
  mutating func appendPercentEncoded(_ bytes: ByteView, keepsReserved: Bool) {
    var plain = 0  // start of the run that stands as it is
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if byte.isUnreserved { continue }
      if keepsReserved, byte.isReserved || bytes.hasTriplet(at: index) { continue }
      append(bytes.slice(plain, index - plain))
      append(UInt8(ascii: "%"))
      appendHex(of: byte)
      plain = index + 1
    }
    append(bytes.slice(plain))
  }
}

extension ByteView {
  /// Whether there is a `%` with two hexadecimal digits at `index`.
  fileprivate func hasTriplet(at index: Int) -> Bool {
    self[index] == UInt8(ascii: "%") && index + 2 < count
      && self[index + 1].isHexDigit && self[index + 2].isHexDigit
  }
}

extension UInt8 {
  var isLetterOrDigit: Bool {
    isDecimalDigit || (self | 0x20) &- UInt8(ascii: "a") < 26
  }

  fileprivate var isHexDigit: Bool {
    isDecimalDigit || (self | 0x20) &- UInt8(ascii: "a") < 6
  }

  /// RFC 3986 section 2.3.
  fileprivate var isUnreserved: Bool {
    switch self {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: isLetterOrDigit
    }
  }

  /// RFC 3986 section 2.2.
  fileprivate var isReserved: Bool {
    switch self {
    case UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "@"), UInt8(ascii: "!"),
      UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","),
      UInt8(ascii: ";"), UInt8(ascii: "="):
      true
    default: false
    }
  }
}

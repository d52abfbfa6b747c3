import VimapBytes

extension ByteBuffer {
  /// Appends `bytes` in base64 (RFC 4648 section 4), padded, on one line.
  mutating func append(base64 bytes: ByteView) {
    appendUnsafe(room: (bytes.count + 2) / 3 * 4) { room in
      let alphabet = ByteView("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
      var written = 0
      var place = 0
      while place < bytes.count {
        let group = min(3, bytes.count - place)
        var bits = UInt32(bytes[place]) << 16
        if group > 1 { bits |= UInt32(bytes[place + 1]) << 8 }
        if group > 2 { bits |= UInt32(bytes[place + 2]) }
        for digit in 0..<4 {
          room[written] =
            digit <= group
            ? alphabet[Int(bits >> UInt32(18 - 6 * digit)) & 63] : UInt8(ascii: "=")
          written += 1
        }
        place += group
      }
      return written
    }
  }
}

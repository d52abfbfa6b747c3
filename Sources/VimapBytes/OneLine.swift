extension ByteBuffer {
  /// Appends `json`, which is valid JSON, with each line break in it as a space: a string can hold
  /// none (RFC 8259 section 7), so they all stand between tokens.
  public mutating func append(onOneLine json: ByteView) {
    appendUnsafe(room: json.count) { room in
      json.withUnsafeBytes { bytes in
        for index in bytes.indices {
          let byte = bytes[index]
          room[index] = byte == 0x0A || byte == 0x0D ? 0x20 : byte
        }
      }
      return json.count
    }
  }
}

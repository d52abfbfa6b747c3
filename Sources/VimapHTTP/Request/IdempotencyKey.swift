import VimapBytes

/// A key by which a server recognises a request that is sent again. It is the same for every try of
/// a record, and in every run with the same input.
///
/// It is made from the record's line and the number of times that the line was in the input before,
/// so that equal records have different keys.
struct IdempotencyKey {
  let line: ByteView
  let occurrence: Int

  /// Appends the header: its name, and 128 bits of the digest in hexadecimal.
  func writeHeader(to buffer: inout ByteBuffer) {
    buffer.append("Idempotency-Key: ")
    var digest = SHA256()
    digest.add(UInt64(occurrence))
    digest.add(line)
    let digits = ByteView("0123456789abcdef")
    for byte in digest.digest().prefix(16) {
      buffer.append(digits[Int(byte >> 4)])
      buffer.append(digits[Int(byte & 15)])
    }
  }
}

import VimapBytes

/// What a server can know a request by that is sent again: the same for every try of a record, and
/// in every run with the same input.
///
/// It is made from the record's line and from how many times that has been in the input before, so
/// that equal records are told apart.
struct IdempotencyKey {
  let line: ByteView
  let occurrence: Int

  /// Appends 128 bits of the digest in hexadecimal, behind the header's name.
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

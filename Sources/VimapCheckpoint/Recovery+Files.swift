import VimapBytes
import VimapSystem

extension Recovery {
  /// Looks at what the output holds, as far as the journal tells of it.
  package mutating func read(output descriptor: CInt) throws(SystemError) {
    try Self.read(descriptor, outputEnd) { add(output: $0) }
  }

  /// Looks at the lines that failed, as far as the journal tells of them.
  package mutating func read(failed descriptor: CInt) throws(SystemError) {
    try Self.read(descriptor, failedEnd) { add(failed: $0) }
  }

  private static func read(
    _ descriptor: CInt, _ end: Int, _ body: (ByteView) -> Void
  ) throws(SystemError) {
    var buffer = ByteBuffer()
    var place = 0
    try Descriptor.seek(descriptor, to: 0)
    while place < end {
      buffer.removeAll()
      let limit = min(end - place, 256 << 10)
      guard let count = try Descriptor.read(descriptor, into: &buffer, limit: limit), count > 0
      else { return }
      body(buffer.view)
      place += count
    }
  }
}

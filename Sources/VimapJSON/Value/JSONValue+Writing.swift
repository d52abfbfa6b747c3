internal import CJansson
public import VimapBytes

extension JSONValue {
  /// Appends the value as compact JSON: without white space, and with members in the order in which
  /// they were set. A real is written so that reading it gives the same double. If the value itself
  /// is a real, it has as few digits as possible; a real inside another value has up to 17.
  ///
  /// Throws if the value is lost (see ``JSONValue``), or jansson can't get memory to write it.
  /// `buffer` is then left as it was.
  public func write(to buffer: inout ByteBuffer) throws(JSONProblem) {
    guard let node else { throw .outOfMemory }
    if kind == .real, let number {
      // jansson would write 0.2 as 0.20000000000000001, which nobody expects in a URL.
      buffer.append(text: "\(number)")
      return
    }
    let before = buffer.count
    let status = withUnsafeMutablePointer(to: &buffer) {
      json_dump_callback(node, appendToBuffer, $0, Int(JSON_COMPACT | JSON_ENCODE_ANY))
    }
    guard status == 0 else {
      buffer.truncate(to: before)
      throw .outOfMemory
    }
  }
}

/// jansson's callback for writing text in pieces. `target` is the `ByteBuffer`.
private func appendToBuffer(
  _ piece: UnsafePointer<CChar>?, _ size: Int, _ target: UnsafeMutableRawPointer?
) -> Int32 {
  guard let piece, let target else { return -1 }
  target.assumingMemoryBound(to: ByteBuffer.self).pointee
    .append(ByteView(start: piece, count: size))
  return 0
}

internal import CJansson
public import VimapBytes

extension JSONValue {
  /// Appends the value as compact JSON: no white space, members in the order they were set,
  /// reals so that reading them gives the same double: with as few digits as that takes where the
  /// value is a real itself, with up to 17 inside of another.
  ///
  /// Throws where the value is lost (see ``JSONValue``) or jansson can't get memory to write it;
  /// then `buffer` is left as it was.
  public func write(to buffer: inout ByteBuffer) throws(JSONProblem) {
    guard let node else { throw .outOfMemory }
    if kind == .real, let number {
      // jansson would write 0.2 as 0.20000000000000001, which is no name for it in a URL.
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

/// jansson's way of handing out text in pieces; `target` is the `ByteBuffer`.
private func appendToBuffer(
  _ piece: UnsafePointer<CChar>?, _ size: Int, _ target: UnsafeMutableRawPointer?
) -> Int32 {
  guard let piece, let target else { return -1 }
  target.assumingMemoryBound(to: ByteBuffer.self).pointee
    .append(ByteView(start: piece, count: size))
  return 0
}

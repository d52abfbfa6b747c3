import CVimapSystem
import Glibc
import SystemPackage
public import VimapBytes

/// Converts a stream of text piece by piece with iconv(3). A piece may end in the middle of a
/// character.
public final class TextConverter {
  private let handle: iconv_t
  private let direction: Direction
  /// The beginning of a character whose end has not come yet.
  private var rest = ByteBuffer(capacity: 64)
  /// When decoding, the number of lines with bytes that are not text.
  public private(set) var linesWithGaps = 0
  private var isInLineWithGap = false

  private enum Direction {
    /// To UTF-8. Each unit that is not text is replaced by U+FFFD.
    case decoding(endOfLine: UInt8, unit: Int)
    /// From UTF-8. A character that the encoding lacks is replaced by a question mark.
    case encoding
  }

  private init(_ target: String, _ source: String, _ direction: Direction) throws(SystemError) {
    let handle = iconv_open(target, source)
    guard let handle, Int(bitPattern: handle) != -1 else {
      throw SystemError(call: "iconv_open", code: Errno(rawValue: errno))
    }
    self.handle = handle
    self.direction = direction
  }

  convenience init(decoding name: String, endOfLine: UInt8, unit: Int) throws(SystemError) {
    try self.init("UTF-8", name, .decoding(endOfLine: endOfLine, unit: unit))
  }

  convenience init(encoding name: String) throws(SystemError) {
    try self.init(name, "UTF-8", .encoding)
  }

  deinit { _ = iconv_close(handle) }

  /// Appends the text of `bytes`. Bytes of a character that is not complete yet are kept for later.
  public func convert(_ bytes: ByteView, to buffer: inout ByteBuffer) {
    if rest.isEmpty {
      let used = convertWhole(bytes, &buffer)
      rest.append(bytes.slice(used))
    } else {
      rest.append(bytes)
      let used = convertWhole(rest.view, &buffer)
      rest.removeFirst(used)
    }
  }

  /// Ends the text. If an incomplete character is left, it is replaced.
  public func finish(_ buffer: inout ByteBuffer) {
    if !rest.isEmpty {
      rest.removeAll()
      appendStandIn(to: &buffer)
    }
    // Some encodings hold a character back that the next could change; others end in a special
    // state.
    buffer.appendUnsafe(room: 64) { room in
      var target = room.baseAddress?.assumingMemoryBound(to: CChar.self)
      var left = room.count
      _ = iconv(handle, nil, nil, &target, &left)
      return room.count - left
    }
  }

  /// - Returns: how many bytes were used.
  private func convertWhole(_ bytes: ByteView, _ buffer: inout ByteBuffer) -> Int {
    var used = 0
    while used < bytes.count {
      let (count, code) = convertOnce(bytes.slice(used), &buffer)
      used += count
      if code == EINVAL { break }
      if code == EILSEQ {
        let gap = gapLength(bytes.slice(used))
        // If the unit is not complete, the rest of it may still come.
        guard gap <= bytes.count - used else { break }
        used += gap
        appendStandIn(to: &buffer)
      }
    }
    return used
  }

  /// Converts as much as fits into the buffer and is valid.
  private func convertOnce(
    _ bytes: ByteView, _ buffer: inout ByteBuffer
  ) -> (used: Int, code: CInt) {
    let before = buffer.count
    var left = bytes.count
    var code: CInt = 0
    bytes.withUnsafeBytes { memory in
      // iconv does not write to its input, but its type does not say so.
      var source = UnsafeMutableRawPointer(mutating: memory.baseAddress)?
        .assumingMemoryBound(to: CChar.self)
      buffer.appendUnsafe(room: max(64, bytes.count)) { room in
        var target = room.baseAddress?.assumingMemoryBound(to: CChar.self)
        var roomLeft = room.count
        if iconv(handle, &source, &left, &target, &roomLeft) == -1 { code = errno }
        return room.count - roomLeft
      }
    }
    if isInLineWithGap, case .decoding(let endOfLine, _) = direction,
      buffer.view.slice(before).firstIndex(of: endOfLine) != nil
    {
      isInLineWithGap = false
    }
    return (bytes.count - left, code)
  }

  /// How many bytes to skip: a unit or, for UTF-8, a character.
  private func gapLength(_ bytes: ByteView) -> Int {
    if case .decoding(_, let unit) = direction { return unit }
    var length = 1
    while length < bytes.count, bytes[length] & 0xC0 == 0x80 { length += 1 }
    return length
  }

  private func appendStandIn(to buffer: inout ByteBuffer) {
    switch direction {
    case .decoding:
      if !isInLineWithGap { linesWithGaps += 1 }
      isInLineWithGap = true
      buffer.append("\u{FFFD}")
    case .encoding: _ = convertOnce(ByteView("?"), &buffer)
    }
  }
}

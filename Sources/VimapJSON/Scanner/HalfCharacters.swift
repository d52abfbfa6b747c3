import VimapBytes

/// The escapes of UTF-16 surrogates that stand alone, such as `\udce9`: half a character each.
///
/// RFC 8259 lets them be (section 8.2), and Python writes them for what is no UTF-8 in the name of
/// a file. jansson refuses a text with one, and no UTF-8 stands for one, so a text is handed to
/// jansson with something else in their place.
extension ByteView {
  /// Calls `body` with where each escape begins that is half a character, and with each that could
  /// be taken for a ``Half``, the mark that stands for one.
  private func forEachEscape(_ body: (_ place: Int, _ isHalf: Bool) -> Void) {
    let (start, end) = cursors
    var place = start
    while let next = firstIndex(of: UInt8(ascii: "\\"), from: place - start) {
      place = start + next
      guard let unit = unitOfEscape(place, end) else {
        place += 2
        continue
      }
      let isUpperHalf = unit & 0xFC00 == 0xD800
      if isUpperHalf, let lower = unitOfEscape(place + 6, end), lower & 0xFC00 == 0xDC00 {
        place += 12
        continue
      }
      if unit & 0xF800 == 0xD800 {
        body(next, true)
      } else if unit == Half.mark {
        body(next, false)
      }
      place += 6
    }
  }

  /// The text with U+FFFD in the place of every half character, escaped too, so that all else is
  /// where it was; `nil` where there is none.
  func withoutHalves() -> ByteBuffer? {
    var text = ByteBuffer()
    var done = 0
    forEachEscape { place, isHalf in
      guard isHalf else { return }
      text.append(slice(done, place - done))
      text.append("\\ufffd")
      done = place + 6
    }
    if done == 0 { return nil }
    text.append(slice(done))
    return text
  }

  /// The text with a ``Half`` in the place of every half character; `nil` where there is none.
  func withHalvesMarked() -> ByteBuffer? {
    var text = ByteBuffer()
    var done = 0
    var hasHalves = false
    forEachEscape { place, isHalf in
      if isHalf { hasHalves = true }
      text.append(marksDoubled: slice(done, place - done))
      text.append("\\ufdd0")
      text.append(slice(place + 2, 4))
      done = place + 6
    }
    guard hasHalves else { return nil }
    text.append(marksDoubled: slice(done))
    return text
  }
}

/// What stands for a half character in a text that jansson has read: U+FDD0, which no text has a
/// use for, and the four digits of the escape. U+FDD0 itself is written in the same way.
enum Half {
  static let mark: UInt16 = 0xFDD0

  /// Bytes of the mark with its digits.
  fileprivate static let length = 3 + 4
}

extension ByteBuffer {
  /// Appends text in which U+FDD0 is to stand for itself.
  fileprivate mutating func append(marksDoubled text: ByteView) {
    var done = 0
    while let place = text.firstMark(from: done) {
      append(text.slice(done, place + 3 - done))
      append("fdd0")
      done = place + 3
    }
    append(text.slice(done))
  }

  /// Appends JSON text with the escapes of half characters where their marks are.
  mutating func append(halvesEscaped text: ByteView) {
    append(
      text,
      replacingHalves: { buffer, digits, unit in
        if unit == Half.mark { return buffer.appendMark() }
        buffer.append("\\u")
        buffer.append(digits)
      })
  }

  /// Appends a string's text with bytes where the marks of half characters are.
  ///
  /// Python spells a byte that is no UTF-8 as U+DC80 to U+DCFF ("surrogateescape"): those become
  /// the byte again. For others there is none.
  /// - Returns: the digits of the first half character that has no bytes; U+FFFD stands for it.
  @discardableResult
  mutating func append(halvesDecoded text: ByteView) -> String? {
    var problem: String?
    append(
      text,
      replacingHalves: { buffer, digits, unit in
        switch unit {
        case Half.mark: buffer.appendMark()
        case 0xDC80...0xDCFF: buffer.append(UInt8(truncatingIfNeeded: unit))
        default:
          problem = problem ?? digits.text
          buffer.append("\u{FFFD}")
        }
      })
    return problem
  }

  private mutating func append(
    _ text: ByteView,
    replacingHalves replace: (inout ByteBuffer, _ digits: ByteView, _ unit: UInt16) -> Void
  ) {
    var done = 0
    while let place = text.firstMark(from: done), text.count - place >= Half.length {
      append(text.slice(done, place - done))
      let digits = text.slice(place + 3, 4)
      replace(&self, digits, UInt16(digits.text, radix: 16) ?? Half.mark)
      done = place + Half.length
    }
    append(text.slice(done))
  }
}

extension ByteBuffer {
  /// Appends the UTF-8 of U+FDD0.
  fileprivate mutating func appendMark() {
    append(0xEF)
    append(0xB7)
    append(0x90)
  }
}

extension ByteView {
  fileprivate func firstMark(from start: Int) -> Int? {
    var place = start
    while let next = firstIndex(of: 0xEF, from: place) {
      if next + 2 < count, self[next + 1] == 0xB7, self[next + 2] == 0x90 { return next }
      place = next + 1
    }
    return nil
  }
}

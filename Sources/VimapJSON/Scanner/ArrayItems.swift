import VimapBytes

/// The items of an array, found in its text one by one, so that each can be had byte for byte.
///
/// The text is known to be JSON, as for ``ObjectMembers``.
struct ArrayItems {
  private let text: ByteView
  private var place = 1

  /// - Returns: `nil` where the text is no array.
  init?(of text: ByteView) {
    self.text = text.trimmed()
    guard self.text.count > 1, self.text[0] == UInt8(ascii: "[") else { return nil }
  }

  /// The next item, or `nil` behind the last.
  mutating func next() -> ByteView? {
    var depth = 0
    let start = place
    while place < text.count {
      switch text[place] {
      case UInt8(ascii: "\""):
        skipString()
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]") where depth == 0, UInt8(ascii: ",") where depth == 0:
        let item = text.slice(start, place - start).trimmed()
        place += 1
        return item.isEmpty ? nil : item
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      place += 1
    }
    return nil
  }

  private mutating func skipString() {
    place += 1
    while place < text.count, text[place] != UInt8(ascii: "\"") {
      place += text[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    place += 1
  }
}

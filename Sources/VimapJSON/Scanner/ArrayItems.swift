public import VimapBytes

/// The items of an array. They are found in its text one by one, so that each can be taken byte for
/// byte.
///
/// The text must be valid JSON, as for ``ObjectMembers``.
public struct ArrayItems {
  private let text: ByteView
  private var place = 1

  /// - Returns: `nil` if the text is no array.
  public init?(of text: ByteView) {
    self.text = text.trimmed()
    guard self.text.count > 1, self.text[0] == UInt8(ascii: "[") else { return nil }
  }

  /// The next item, or `nil` after the last.
  public mutating func next() -> ByteView? {
    let start = text.endOfSpace(place)
    let end = text.endOfValue(at: start)
    guard end > start else { return nil }
    place = text.endOfSpace(end)
    if place < text.count, text[place] == UInt8(ascii: ",") { place += 1 }
    return text.slice(start, end - start)
  }
}

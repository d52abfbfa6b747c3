public import VimapBytes

/// The members of an object. They are found in its text, so that a value can be taken byte for
/// byte.
///
/// The text must be valid JSON. If it is not, the results are meaningless, but nothing beyond the
/// text's end is read.
public struct ObjectMembers {
  public struct Member {
    /// The text between the quotes, with its escapes.
    public let key: ByteView
    public let value: ByteView
  }

  private let text: ByteView
  private var place = 1

  /// - Returns: `nil` if the text is no object.
  public init?(of text: ByteView) {
    self.text = text.trimmed()
    guard self.text.count > 1, self.text[0] == UInt8(ascii: "{") else { return nil }
  }

  /// The next member, or `nil` after the last.
  public mutating func next() -> Member? {
    let keyStart = text.endOfSpace(place)
    guard keyStart < text.count, text[keyStart] == UInt8(ascii: "\"") else { return nil }
    let keyEnd = text.endOfString(at: keyStart)
    let colon = text.endOfSpace(keyEnd)
    let start = text.endOfSpace(min(colon + 1, text.count))
    let end = text.endOfValue(at: start)
    place = text.endOfSpace(end)
    if place < text.count, text[place] == UInt8(ascii: ",") { place += 1 }
    return Member(
      key: text.slice(keyStart + 1, max(0, keyEnd - keyStart - 2)),
      value: text.slice(start, end - start))
  }
}

extension ObjectMembers.Member {
  /// Whether the key is this one, which is ASCII. Escapes in the key don't matter.
  public func hasKey(_ name: StaticString) -> Bool { hasKey(ByteView(name)) }

  /// Whether the key is this one, in UTF-8. Escapes in the key don't matter.
  public func hasKey(_ name: ByteView) -> Bool {
    if key == name { return key.firstIndex(of: UInt8(ascii: "\\")) == nil }
    // An escape is always longer than the character that it stands for.
    return key.count > name.count && StringPieces(of: key).spell(name)
  }
}

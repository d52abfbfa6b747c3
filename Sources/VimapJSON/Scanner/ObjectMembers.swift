public import VimapBytes

/// The members of an object, found in its text, so that a value can be had byte for byte.
///
/// The text is known to be JSON; in one that is not, what is found is something or other, and
/// nothing beyond its end is looked at.
public struct ObjectMembers {
  public struct Member {
    /// What stands between the quotes, as it is spelt.
    public let key: ByteView
    public let value: ByteView
  }

  private let text: ByteView
  private var place = 1

  /// - Returns: `nil` where the text is no object.
  public init?(of text: ByteView) {
    self.text = text.trimmed()
    guard self.text.count > 1, self.text[0] == UInt8(ascii: "{") else { return nil }
  }

  /// The next member, or `nil` behind the last.
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
  /// Whether the key is this one, of ASCII, however it is spelt.
  public func hasKey(_ name: StaticString) -> Bool { hasKey(ByteView(name)) }

  /// Whether the key is this one, in UTF-8, however it is spelt.
  public func hasKey(_ name: ByteView) -> Bool {
    if key == name { return key.firstIndex(of: UInt8(ascii: "\\")) == nil }
    // An escape is longer than what it stands for.
    return key.count > name.count && StringPieces(of: key).spell(name)
  }
}

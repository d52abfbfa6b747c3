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
  private var place: Int

  /// - Returns: `nil` where the text is no object.
  public init?(of text: ByteView) {
    self.text = text.trimmed()
    place = 1
    guard self.text.count > 1, self.text[0] == UInt8(ascii: "{") else { return nil }
  }

  /// The next member, or `nil` behind the last.
  public mutating func next() -> Member? {
    skipSpace()
    guard byte == UInt8(ascii: "\"") else { return nil }
    let keyStart = place + 1
    skipString()
    let key = text.slice(keyStart, max(0, place - 1 - keyStart))
    skipSpace()
    place += 1  // the colon
    skipSpace()
    let start = min(place, text.count)
    skipValue()
    place = min(place, text.count)
    let value = text.slice(start, place - start)
    skipSpace()
    if byte == UInt8(ascii: ",") { place += 1 }
    return Member(key: key, value: value)
  }

  private var byte: UInt8 { place < text.count ? text[place] : 0 }

  private mutating func skipSpace() {
    while byte.isJSONWhiteSpace { place += 1 }
  }

  private mutating func skipString() {
    place += 1
    while place < text.count, text[place] != UInt8(ascii: "\"") {
      place += text[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    place += 1
  }

  private mutating func skipValue() {
    var depth = 0
    while place < text.count {
      switch text[place] {
      case UInt8(ascii: "\""):
        skipString()
        if depth == 0 { return }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        place += 1
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }  // what is around a number or a word
        place += 1
        depth -= 1
        if depth == 0 { return }
      case let other:
        if depth == 0, other == UInt8(ascii: ",") || other.isJSONWhiteSpace { return }
        place += 1
      }
    }
  }
}

extension ObjectMembers.Member {
  /// Whether the key is this one, of ASCII, however it is spelt.
  public func hasKey(_ name: StaticString) -> Bool { hasKey(ByteView(name)) }

  /// Whether the key is this one, in UTF-8, however it is spelt.
  public func hasKey(_ name: ByteView) -> Bool {
    guard key.firstIndex(of: UInt8(ascii: "\\")) != nil else { return key == name }
    var quoted = ByteBuffer(capacity: key.count + 2)
    quoted.append("\"")
    quoted.append(key)
    quoted.append("\"")
    let plain = try? JSONValue.parse(quoted.view)
    return plain?.withStringBytes { $0 == name } ?? false
  }
}

public import VimapBytes

/// Steps over text that must be valid JSON, so that its parts can be taken byte for byte. In
/// invalid text the results are meaningless, but nothing beyond the end is read.
extension ByteView {
  /// The place after white space from `place` on.
  func endOfSpace(_ place: Int) -> Int {
    var place = place
    while place < count, self[place].isJSONWhiteSpace { place += 1 }
    return place
  }

  /// The place after the string whose first quote is at `place`.
  func endOfString(at place: Int) -> Int {
    let (start, end) = cursors
    guard place < count, let next = VimapJSON.endOfString(start + place + 1, end) else {
      return count
    }
    return next - start
  }

  /// The place after the value that begins at `place`.
  func endOfValue(at place: Int) -> Int {
    var place = place
    var depth = 0
    while place < count {
      switch self[place] {
      case UInt8(ascii: "\""):
        place = endOfString(at: place)
        if depth == 0 { return place }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        place += 1
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return place }  // what is around a number or a word
        place += 1
        depth -= 1
        if depth == 0 { return place }
      case let other:
        if depth == 0, other == UInt8(ascii: ",") || other.isJSONWhiteSpace { return place }
        place += 1
      }
    }
    return count
  }

  /// Whether this JSON value is a string.
  public var isJSONString: Bool {
    count >= 2 && self[0] == UInt8(ascii: "\"") && self[count - 1] == UInt8(ascii: "\"")
  }

  /// The text between the quotes of a string.
  var unquoted: ByteView { slice(1, count - 2) }
}

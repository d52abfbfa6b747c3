public import VimapBytes

/// Tells fast which texts are certainly valid JSON.
///
/// The scanner builds nothing and knows no reasons: it answers "valid" or "ask jansson". It is
/// an accelerator in front of that library, never a second opinion, so it accepts only what
/// jansson accepts, with three exceptions that ``accepts(_:)`` names.
///
/// One scanner serves any number of texts, one at a time. It owns the few kilobytes in which it
/// keeps track of nesting and frees them with itself; scanning allocates nothing.
public struct RecordScanner: ~Copyable {
  /// Arrays and objects that may be open at once around a value. jansson counts the value itself
  /// too (`JSON_PARSER_MAX_DEPTH`, 2048), so that an empty array may be one level deeper.
  static let depthLimit = 2047

  /// For each open array or object, outermost first, whether it is an object.
  private let nesting: UnsafeMutablePointer<Bool>

  public init() {
    nesting = .allocate(capacity: Self.depthLimit)
  }

  deinit {
    nesting.deallocate()
  }

  /// Whether `text` is one JSON value (RFC 8259) in well-formed UTF-8, with or without white
  /// space around it.
  ///
  /// `false` means that jansson has to be asked: see ``problem(with:)``. `true` is final, though
  /// jansson would refuse three kinds of these texts: those with a number beyond the range of its
  /// own integers and reals, those with the escape `\u0000` in a key, and those with the escape of
  /// half a character, a surrogate that stands alone.
  public func accepts(_ text: ByteView) -> Bool {
    let (start, end) = text.cursors
    let first = skipSpace(start, end, .anywhere)
    guard let place = endOfValue(first, end, .anywhere) else { return false }
    return skipSpace(place, end, .anywhere) == end
  }

  /// One JSON value that has a line to itself.
  public struct Line {
    /// Where in the line the value is, without white space around it.
    public let value: Range<Int>
    /// Bytes of the line, its line feed included.
    public let length: Int

    /// Whether there is white space around the value.
    @inlinable public var isPadded: Bool { value.count + 1 != length }
  }

  /// The first line of `text`, where that is one JSON value as ``accepts(_:)`` has it; the line's
  /// end is found on the way. `nil` where jansson has to be asked, where the line is blank, and
  /// where `text` ends before it does.
  public func firstLine(of text: ByteView) -> Line? {
    let (start, end) = text.cursors
    let first = skipSpace(start, end, .insideOfLine)
    guard let last = endOfValue(first, end, .insideOfLine) else { return nil }
    let lineEnd = skipSpace(last, end, .insideOfLine)
    guard byte(lineEnd, end) == UInt8(ascii: "\n") else { return nil }
    return Line(value: (first - start)..<(last - start), length: lineEnd + 1 - start)
  }

  /// The place after the value that starts at `start`, or nil where none does.
  ///
  /// One loop instead of a function that calls itself: its outer turns each take a value, its
  /// inner turns what follows one, which may close any number of arrays and objects.
  @inline(__always)
  private func endOfValue(_ start: Cursor, _ end: Cursor, _ space: WhiteSpace) -> Cursor? {
    var place = start
    var depth = 0
    var inObject = false
    value: while place < end {
      let next: Cursor?
      switch place.pointee {
      case UInt8(ascii: "\""):
        next = endOfString(place + 1, end)
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        next = endOfNumber(place, end)
      case UInt8(ascii: "-"):
        next = endOfNumber(place + 1, end)
      case UInt8(ascii: "t"):
        next = endOfWord("true", place, end)
      case UInt8(ascii: "n"):
        next = endOfWord("null", place, end)
      case UInt8(ascii: "f"):
        next = endOfWord("alse", place + 1, end)
      case UInt8(ascii: "{"):
        place = skipSpace(place + 1, end, space)
        if byte(place, end) == UInt8(ascii: "}") {
          next = place + 1
          break
        }
        guard depth < Self.depthLimit, let member = endOfKey(place, end, space) else { return nil }
        inObject = true
        nesting[depth] = inObject
        depth += 1
        place = member
        continue value
      case UInt8(ascii: "["):
        place = skipSpace(place + 1, end, space)
        if byte(place, end) == UInt8(ascii: "]") {
          next = place + 1
          break
        }
        guard depth < Self.depthLimit else { return nil }
        inObject = false
        nesting[depth] = inObject
        depth += 1
        continue value
      default:
        return nil
      }
      guard let next else { return nil }
      place = next
      while depth > 0 {
        place = skipSpace(place, end, space)
        let mark = byte(place, end)
        place += 1
        if mark == UInt8(ascii: ",") {
          place = skipSpace(place, end, space)
          if inObject {
            guard let member = endOfKey(place, end, space) else { return nil }
            place = member
          }
          continue value
        }
        guard mark == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return nil }
        depth -= 1
        inObject = depth > 0 && nesting[depth - 1]
      }
      return place
    }
    return nil
  }
}

/// The byte at `place`, or 0, which no rule of the grammar allows, at the end.
@inline(__always)
func byte(_ place: Cursor, _ end: Cursor) -> UInt8 {
  place < end ? place.pointee : 0
}

/// Where line feeds count as white space; known where the functions below are compiled into theirs.
enum WhiteSpace {
  case anywhere
  case insideOfLine
}

@inline(__always)
func skipSpace(_ start: Cursor, _ end: Cursor, _ space: WhiteSpace) -> Cursor {
  var place = start
  while place < end, place.pointee <= 0x20, place.pointee.isJSONWhiteSpace {
    if space == .insideOfLine, place.pointee == UInt8(ascii: "\n") { break }
    place += 1
  }
  return place
}

/// The place where the value of the object member starts whose key must start at `place`.
@inline(__always)
func endOfKey(_ place: Cursor, _ end: Cursor, _ space: WhiteSpace) -> Cursor? {
  guard byte(place, end) == UInt8(ascii: "\""), let key = endOfString(place + 1, end) else {
    return nil
  }
  let colon = skipSpace(key, end, space)
  guard byte(colon, end) == UInt8(ascii: ":") else { return nil }
  return skipSpace(colon + 1, end, space)
}

/// The place after the four bytes of `word` that must stand at `place`.
@inline(__always)
func endOfWord(_ word: StaticString, _ place: Cursor, _ end: Cursor) -> Cursor? {
  guard end - place >= 4 else { return nil }
  let found = UnsafeRawPointer(place).loadUnaligned(as: UInt32.self)
  let wanted = UnsafeRawPointer(word.utf8Start).loadUnaligned(as: UInt32.self)
  return found == wanted ? place + 4 : nil
}

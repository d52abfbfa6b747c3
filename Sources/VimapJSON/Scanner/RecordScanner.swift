public import VimapBytes

/// Quickly tells which texts are certainly valid JSON.
///
/// The scanner builds nothing and gives no reasons: it answers "valid" or "ask jansson". It only
/// speeds things up and must never contradict jansson. So it accepts only what jansson accepts,
/// with the three exceptions that ``accepts(_:)`` names.
///
/// A scanner can be used for any number of texts, one at a time. It owns a few kilobytes for the
/// nesting of a text. Scanning allocates nothing.
public struct RecordScanner: ~Copyable {
  /// The most arrays and objects that may be open around a value. jansson counts the value itself
  /// too (`JSON_PARSER_MAX_DEPTH`, 2048), so an empty array may be one level deeper.
  static let depthLimit = 2047

  /// For each open array or object, the outermost first, whether it is an object.
  private let nesting: UnsafeMutablePointer<Bool>

  public init() {
    nesting = .allocate(capacity: Self.depthLimit)
  }

  deinit {
    nesting.deallocate()
  }

  /// Whether `text` is one JSON value (RFC 8259) in well-formed UTF-8, with or without white space
  /// around it.
  ///
  /// `false` means that jansson must be asked: see ``problem(with:)``. `true` is final. There are
  /// three kinds of such texts that jansson would refuse: those with a number that does not fit its
  /// integers and reals, those with the escape `\u0000` in a key, and those with the escape of half
  /// a character, that is, of a single surrogate.
  public func accepts(_ text: ByteView) -> Bool {
    let (start, end) = text.cursors
    let first = skipSpace(start, end, .anywhere)
    guard let place = endOfValue(first, end, .anywhere) else { return false }
    return skipSpace(place, end, .anywhere) == end
  }

  /// A JSON value that has a line of its own.
  public struct Line {
    /// The range of the value in the line, without white space around it.
    public let value: Range<Int>
    /// The bytes of the line, with its line feed.
    public let length: Int

    /// Whether there is white space around the value.
    @inlinable public var isPadded: Bool { value.count + 1 != length }
  }

  /// The first line of `text`, if it is one JSON value in the sense of ``accepts(_:)``. The line's
  /// end is found at the same time. `nil` if jansson must be asked, if the line is blank, or if
  /// `text` ends before the line does.
  public func firstLine(of text: ByteView) -> Line? {
    let (start, end) = text.cursors
    let first = skipSpace(start, end, .insideOfLine)
    guard let last = endOfValue(first, end, .insideOfLine) else { return nil }
    let lineEnd = skipSpace(last, end, .insideOfLine)
    guard byte(lineEnd, end) == UInt8(ascii: "\n") else { return nil }
    return Line(value: (first - start)..<(last - start), length: lineEnd + 1 - start)
  }

  /// The place after the value that starts at `start`, or nil if there is none.
  ///
  /// This is a loop and not a recursive function. Each outer turn reads a value. Each inner turn
  /// reads what follows a value, which may close any number of arrays and objects.
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

/// The byte at `place`. At the end it is 0, which the grammar allows nowhere.
@inline(__always)
func byte(_ place: Cursor, _ end: Cursor) -> UInt8 {
  place < end ? place.pointee : 0
}

/// Whether line feeds count as white space. It is a constant wherever the functions below are
/// inlined.
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

/// The place of an object member's value. The member's key must start at `place`.
@inline(__always)
func endOfKey(_ place: Cursor, _ end: Cursor, _ space: WhiteSpace) -> Cursor? {
  guard byte(place, end) == UInt8(ascii: "\""), let key = endOfString(place + 1, end) else {
    return nil
  }
  let colon = skipSpace(key, end, space)
  guard byte(colon, end) == UInt8(ascii: ":") else { return nil }
  return skipSpace(colon + 1, end, space)
}

/// The place after the four bytes of `word`, which must be at `place`.
@inline(__always)
func endOfWord(_ word: StaticString, _ place: Cursor, _ end: Cursor) -> Cursor? {
  guard end - place >= 4 else { return nil }
  let found = UnsafeRawPointer(place).loadUnaligned(as: UInt32.self)
  let wanted = UnsafeRawPointer(word.utf8Start).loadUnaligned(as: UInt32.self)
  return found == wanted ? place + 4 : nil
}

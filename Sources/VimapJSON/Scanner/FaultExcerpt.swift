import VimapBytes

/// The part of an invalid JSON text that shows what is wrong with it.
///
/// To say where it can't go on, jansson builds all that it has read, in up to seventy times the
/// memory of the text. So it is given an excerpt instead: for each array and object that is open at
/// the fault, its beginning, and then the item or member that is being read. jansson says the same
/// about that.
struct FaultExcerpt: ~Copyable {
  private(set) var text = ByteBuffer()
  /// Where in the whole text the excerpt's own part begins, and the length of the beginnings before
  /// it.
  private let start: Int
  private let lead: Int

  /// What the grammar (RFC 8259) expects next.
  private enum Next {
    case value, firstItem, item, firstKey, key, end
  }

  /// `nil` if nothing is wrong.
  init?(of whole: ByteView) {
    let (first, end) = whole.cursors
    var place = first
    var next = Next.value
    /// For each open array or object, whether it is an object.
    var nesting: [Bool] = []
    var mark = (place: first, next: next)
    // The last value was neither, and may go on where it seems to end.
    var isBehindScalar = false
    while true {
      place = skipSpace(place, end, .anywhere)
      if next == .end, nesting.isEmpty, place == end { return nil }
      if !isBehindScalar { mark = (place, next) }
      guard let after = Self.step(place, end, &next, &nesting) else { break }
      isBehindScalar = next == .end && !after.closes
      place = after.place
    }
    for isObject in nesting.dropLast() { text.append(isObject ? "{\"\":" : "[") }
    if let isObject = nesting.last { text.append(Self.beginning(isObject, mark.next)) }
    if nesting.isEmpty, mark.next == .end { text.append("0 ") }
    lead = text.count
    start = lead == 0 ? 0 : mark.place - first
    text.append(whole.slice(start))
  }

  /// Translates jansson's problem with the excerpt into one with the whole text.
  func problem(_ found: JSONProblem, in whole: ByteView) -> JSONProblem {
    guard lead > 0 else { return found }
    let before = JSONProblem(message: "", at: start - 1, of: whole)
    return JSONProblem(
      message: found.message, line: found.line + before.line - 1,
      column: found.line == 1 ? found.column - lead + before.column : found.column,
      position: found.position - lead + start)
  }

  private static func beginning(_ isObject: Bool, _ next: Next) -> StaticString {
    switch next {
    case .firstItem: "["
    case .item: "[0,"
    case .firstKey: "{"
    case .key: "{\"\":0,"
    case .value: "{\"\":"
    case .end: isObject ? "{\"\":0 " : "[0 "
    }
  }

  /// Reads what must come next. Returns `nil` if it is not there.
  private static func step(
    _ place: Cursor, _ end: Cursor, _ next: inout Next, _ nesting: inout [Bool]
  ) -> (place: Cursor, closes: Bool)? {
    let found = byte(place, end)
    switch next {
    case .firstKey where found == UInt8(ascii: "}"), .firstItem where found == UInt8(ascii: "]"):
      nesting.removeLast()
      next = .end
      return (place + 1, true)
    case .end:
      guard let isObject = nesting.last else { return nil }
      if found == UInt8(ascii: ",") {
        next = isObject ? .key : .item
        return (place + 1, false)
      }
      guard found == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return nil }
      nesting.removeLast()
      return (place + 1, true)
    case .firstKey, .key:
      guard let value = endOfKey(place, end, .anywhere) else { return nil }
      next = .value
      return (value, false)
    case .value, .firstItem, .item:
      if found == UInt8(ascii: "{") || found == UInt8(ascii: "[") {
        guard nesting.count < RecordScanner.depthLimit else { return nil }
        let isObject = found == UInt8(ascii: "{")
        nesting.append(isObject)
        next = isObject ? .firstKey : .firstItem
        return (place + 1, false)
      }
      next = .end
      return endOfScalar(place, end).map { ($0, false) }
    }
  }

  private static func endOfScalar(_ place: Cursor, _ end: Cursor) -> Cursor? {
    switch byte(place, end) {
    case UInt8(ascii: "\""): endOfString(place + 1, end)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): endOfNumber(place, end)
    case UInt8(ascii: "-"): endOfNumber(place + 1, end)
    case UInt8(ascii: "t"): endOfWord("true", place, end)
    case UInt8(ascii: "n"): endOfWord("null", place, end)
    case UInt8(ascii: "f"): endOfWord("alse", place + 1, end)
    default: nil
    }
  }
}

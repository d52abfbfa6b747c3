import VimapBytes

/// The elements of a JSON array, byte by byte as they stand in it.
struct ArrayElements {
  private(set) var elements: [ByteView] = []

  /// - Parameter json: valid JSON; `nil` where it is no array.
  init?(_ json: ByteView) {
    let text = json.trimmed()
    guard text.count >= 2, text[0] == UInt8(ascii: "[") else { return nil }
    let inside = text.slice(1, text.count - 2)
    var (start, depth, isQuoted, isEscaped) = (0, 0, false, false)
    for place in 0..<inside.count {
      let byte = inside[place]
      if isEscaped {
        isEscaped = false
      } else if isQuoted {
        isEscaped = byte == UInt8(ascii: "\\")
        isQuoted = byte != UInt8(ascii: "\"")
      } else {
        switch byte {
        case UInt8(ascii: "\""): isQuoted = true
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        case UInt8(ascii: ",") where depth == 0:
          elements.append(inside.slice(start, place - start).trimmed())
          start = place + 1
        default: break
        }
      }
    }
    let last = inside.slice(start).trimmed()
    if !elements.isEmpty || !last.isEmpty { elements.append(last) }
  }
}

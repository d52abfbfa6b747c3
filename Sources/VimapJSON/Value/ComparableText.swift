public import VimapBytes

extension ByteBuffer {
  /// Appends a JSON value in such a form that equal values have the same bytes. Strings are equal
  /// whatever their escapes are. Numbers are equal if their values are exactly the same (`1`,
  /// `1.0`, `10e-1`). White space is left out. Lists and objects are equal if all their elements
  /// are, one by one.
  ///
  /// - Parameter value: valid JSON; lent for the call.
  public mutating func appendComparable(_ value: ByteView) {
    var place = value.endOfSpace(0)
    while place < value.count {
      let start = place
      switch value[start] {
      case UInt8(ascii: "\""):
        place = value.endOfString(at: start)
        appendComparableString(value.slice(start, place - start))
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        place = value.endOfValue(at: start)
        appendNumber(value.slice(start, place - start))
      case let other:
        append(other)
        place += 1
      }
      place = value.endOfSpace(place)
    }
  }

  /// Appends a string with only the escapes that are needed to find its end.
  private mutating func appendComparableString(_ string: ByteView) {
    guard string.isJSONString, string.firstIndex(of: UInt8(ascii: "\\")) != nil else {
      return append(string)
    }
    append("\"")
    var pieces = StringPieces(of: string.unquoted)
    while let piece = pieces.next() {
      switch piece {
      case .plain(let text): append(text)
      case .character(let character):
        if character == "\"" || character == "\\" { append("\\") }
        append(utf8: character)
      case .half(let unit, _):
        append("\\u")
        appendHex(of: UInt8(unit >> 8))
        appendHex(of: UInt8(unit & 0xFF))
      }
    }
    append("\"")
  }

  /// Appends the digits without zeros at either end, and the power of ten to multiply them by. A
  /// whole number of a usual size is written in full.
  private mutating func appendNumber(_ number: ByteView) {
    let exponentPlace =
      number.firstIndex(of: UInt8(ascii: "e")) ?? number.firstIndex(of: UInt8(ascii: "E"))
    let mantissa = number.head(exponentPlace ?? number.count)
    guard let exponent = exponentPlace.map({ Self.exponent(number.slice($0 + 1)) }) ?? 0 else {
      // The exponent is too large to calculate with.
      return append(number)
    }
    let start = count
    if mantissa[0] == UInt8(ascii: "-") { append("-") }
    let digits = count
    var power = exponent
    var isBehindPoint = false
    for place in 0..<mantissa.count {
      let byte = mantissa[place]
      if byte == UInt8(ascii: ".") { isBehindPoint = true }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { continue }
      if isBehindPoint { power -= 1 }
      if byte != UInt8(ascii: "0") || count > digits { append(byte) }
    }
    var end = count
    while end > digits, view[end - 1] == UInt8(ascii: "0") {
      end -= 1
      power += 1
    }
    if end == digits {
      // Zero, of either sign.
      truncate(to: start)
      return append("0")
    }
    if power >= 0, power <= Self.mostZeros {
      truncate(to: min(count, end + power))
      while count < end + power { append(UInt8(ascii: "0")) }
      return
    }
    truncate(to: end)
    append("e")
    append(decimal: power)
  }

  /// A whole number with more zeros than this at its end is written with a power of ten.
  private static let mostZeros = 20

  private static func exponent(_ text: ByteView) -> Int? {
    var value = 0
    let isNegative = !text.isEmpty && text[0] == UInt8(ascii: "-")
    for place in 0..<text.count {
      let byte = text[place]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { continue }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      guard value < 1 << 40 else { return nil }
    }
    return isNegative ? -value : value
  }
}

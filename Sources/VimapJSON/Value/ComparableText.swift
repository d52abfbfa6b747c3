public import VimapBytes

extension ByteBuffer {
  /// Appends a JSON value so that values which are equal are the same bytes: strings however they are
  /// spelt, numbers with the same value exactly (`1`, `1.0`, `10e-1`), lists and objects by their text
  /// without white space.
  ///
  /// - Parameter value: valid JSON; lent for the call.
  public mutating func appendComparable(_ value: ByteView) {
    let value = value.trimmed()
    guard !value.isEmpty else { return }
    switch value[0] {
    case UInt8(ascii: "\""): appendDecoded(value)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): appendNumber(value)
    default: appendWithoutSpace(value)
    }
  }

  private mutating func appendDecoded(_ string: ByteView) {
    append("\"")
    if string.firstIndex(of: UInt8(ascii: "\\")) == nil {
      append(string.slice(1, string.count - 2))
    } else if let decoded = try? JSONValue.parse(string) {
      _ = decoded.withStringBytes { append($0) }
    } else {
      // What jansson has no value for is compared as it is spelt.
      append(string)
    }
  }

  private mutating func appendWithoutSpace(_ value: ByteView) {
    var isQuoted = false
    var isEscaped = false
    for place in 0..<value.count {
      let byte = value[place]
      if isQuoted || !byte.isJSONWhiteSpace { append(byte) }
      isQuoted = isEscaped ? isQuoted : (byte == UInt8(ascii: "\"")) != isQuoted
      isEscaped = isQuoted && !isEscaped && byte == UInt8(ascii: "\\")
    }
  }

  /// Appends the digits without zeros at either end, and the power of ten that they are taken times.
  private mutating func appendNumber(_ number: ByteView) {
    let exponentPlace =
      number.firstIndex(of: UInt8(ascii: "e")) ?? number.firstIndex(of: UInt8(ascii: "E"))
    let mantissa = number.head(exponentPlace ?? number.count)
    guard let exponent = exponentPlace.map({ Self.exponent(number.slice($0 + 1)) }) ?? 0 else {
      // So large that no sum with it could be had.
      return append(number)
    }
    append("#")
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
      // Nought, of either sign.
      truncate(to: start)
      return append("0")
    }
    truncate(to: end)
    append("e")
    append(decimal: power)
  }

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

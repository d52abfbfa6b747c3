extension Unicode.Scalar {
  /// Whether a terminal may do something else than to show it: it ends a line, steers the terminal
  /// or, as the marks of bidirectional text do, changes what other characters look like.
  public var steersTerminals: Bool {
    if isASCII { return value < 0x20 || value == 0x7F }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }
}

extension ByteView {
  /// Whether a terminal shows it as it is: it is UTF-8, without anything that steers terminals.
  public var canBeShown: Bool {
    var place = 0
    while place < count {
      let (length, isShown) = character(at: place)
      guard isShown else { return false }
      place += length
    }
    return true
  }

  /// How many bytes of a character there are from an index on, and whether it can be shown. Bytes
  /// that are not UTF-8 can't: to some terminals they are control characters.
  public func character(at index: Int) -> (length: Int, isShown: Bool) {
    let byte = self[index]
    if byte < 0x80 { return (1, byte >= 0x20 && byte != 0x7F) }
    return slice(index).head(4).withUnsafeBytes { bytes in
      var parser = Unicode.UTF8.ForwardParser()
      var rest = bytes.makeIterator()
      switch parser.parseScalar(from: &rest) {
      case .valid(let encoded):
        return (encoded.count, !Unicode.UTF8.decode(encoded).steersTerminals)
      case .error(let length): return (length, false)
      case .emptyInput: return (1, false)
      }
    }
  }
}

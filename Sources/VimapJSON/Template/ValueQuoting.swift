import VimapBytes

extension Template.Encoding {
  /// Whether values are written as literals of a language, and not as their bare text.
  var quotesValues: Bool {
    switch self {
    case .json, .sql: true
    case .verbatim, .percent: false
    }
  }
}

extension ByteBuffer {
  /// Appends a JSON value as a literal of another language.
  mutating func append(
    _ value: ByteView, quotedFor encoding: Template.Encoding, _ context: TemplateContext
  ) throws(TemplateError) {
    guard case .sql = encoding, !value.isEmpty else { return append(value) }
    switch value[0] {
    case UInt8(ascii: "\""): appendSQLString(try context.text(of: value))
    case UInt8(ascii: "["), UInt8(ascii: "{"): appendSQLString(value)
    default: append(value)
    }
  }

  /// Appends an SQL literal, in which quotes are doubled (ISO/IEC 9075-2, 5.3).
  mutating func appendSQLString(_ bytes: ByteView) {
    append("'")
    var rest = bytes
    while let quote = rest.firstIndex(of: UInt8(ascii: "'")) {
      append(rest.head(quote + 1))
      append("'")
      rest = rest.slice(quote + 1)
    }
    append(rest)
    append("'")
  }
}

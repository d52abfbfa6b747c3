import VimapBytes

extension Template.Part {
  var isLiteral: Bool {
    if case .literal = self { true } else { false }
  }

  var keepsReserved: Bool {
    if case .field(_, let keepsReserved) = self { keepsReserved } else { false }
  }

  /// Appends the value of the part.
  func expand(
    into buffer: inout ByteBuffer, context: TemplateContext, encoding: Template.Encoding
  ) throws(TemplateError) {
    switch self {
    case .literal(let bytes):
      bytes.withUnsafeBytes { buffer.append(ByteView($0)) }
    case .index:
      buffer.append(decimal: context.index)
    case .worker:
      buffer.append(decimal: context.worker)
    case .initArgument(let name):
      guard let value = context.initArguments[name] else {
        throw .missingField(path: "init.\(name)")
      }
      if case .verbatim = encoding { return buffer.append(system: value) }
      value.withSystemBytes { buffer.append($0, encoding, keepsReserved: false) }
    case .record:
      try expand(context.record.trimmed(), into: &buffer, context, encoding)
    case .file(let part, let path):
      let value = try path.map { path throws(TemplateError) in try context.part(at: path) }
      try expand(
        value ?? context.record.trimmed(), into: &buffer, context, encoding, of: part)
    case .field(let path, let keepsReserved):
      try expand(
        try context.part(at: path), into: &buffer, context, encoding, keepsReserved: keepsReserved)
    }
  }

  /// Appends the text of a string, or a part of it if it is a file's path. Any other value is
  /// appended byte for byte.
  private func expand(
    _ value: ByteView, into buffer: inout ByteBuffer, _ context: TemplateContext,
    _ encoding: Template.Encoding, keepsReserved: Bool = false, of part: PathPart? = nil
  ) throws(TemplateError) {
    if encoding.quotesValues {
      try buffer.append(value, quotedFor: encoding, context)
    } else if value.isJSONString {
      let text = try context.text(of: value)
      buffer.append(part?.of(text) ?? text, encoding, keepsReserved: keepsReserved)
    } else {
      buffer.append(value, encoding, keepsReserved: keepsReserved)
    }
  }
}

extension ByteBuffer {
  fileprivate mutating func append(
    _ bytes: ByteView, _ encoding: Template.Encoding, keepsReserved: Bool
  ) {
    switch encoding {
    case .verbatim: append(bytes)
    case .percent: appendPercentEncoded(bytes, keepsReserved: keepsReserved)
    case .json: appendString(of: bytes)
    case .sql: appendSQLString(bytes)
    }
  }
}

import VimapBytes

extension Template.Part {
  var isLiteral: Bool {
    if case .literal = self { true } else { false }
  }

  /// Appends what the part stands for.
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
      guard var value = context.initArguments[name] else {
        throw .missingField(path: "init.\(name)")
      }
      value.withUTF8 {
        buffer.append(ByteView(UnsafeRawBufferPointer($0)), encoding, keepsReserved: false)
      }
    case .record:
      try expandRecord(into: &buffer, context, encoding, of: nil)
    case .file(let part, nil):
      try expandRecord(into: &buffer, context, encoding, of: part)
    case .file(let part, let path?):
      guard let value = path.find(in: try context.tree()) else {
        throw .missingField(path: path.description)
      }
      try value.expand(into: &buffer, encoding, keepsReserved: false, of: part)
    case .field(let path, _) where encoding.quotesValues:
      guard let text = path.find(inText: context.record) else {
        throw .missingField(path: path.description)
      }
      buffer.append(text, quotedFor: encoding)
    case .field(let path, let keepsReserved):
      guard let value = path.find(in: try context.tree()) else {
        throw .missingField(path: path.description)
      }
      try value.expand(into: &buffer, encoding, keepsReserved: keepsReserved)
    }
  }

  private func expandRecord(
    into buffer: inout ByteBuffer, _ context: TemplateContext, _ encoding: Template.Encoding,
    of part: PathPart?
  ) throws(TemplateError) {
    let record = context.record.trimmed()
    if encoding.quotesValues { return buffer.append(record, quotedFor: encoding) }
    guard record.count >= 2, record[0] == UInt8(ascii: "\"") else {
      buffer.append(record, encoding, keepsReserved: false)
      return
    }
    // A string. Without escapes its text is what stands between the quotes.
    if record.firstIndex(of: UInt8(ascii: "\\")) == nil {
      let text = record.slice(1, record.count - 2)
      buffer.append(part?.of(text) ?? text, encoding, keepsReserved: false)
    } else {
      try context.tree().expand(into: &buffer, encoding, keepsReserved: false, of: part)
    }
  }
}

extension TemplateContext {
  /// The record as a value, with the error that a template throws.
  fileprivate func tree() throws(TemplateError) -> JSONValue {
    do throws(JSONProblem) { return try value() } catch { throw .unreadable(error) }
  }
}

extension JSONValue {
  /// Appends a string as itself, or some of it where it is a file's path; anything else as compact
  /// JSON.
  fileprivate func expand(
    into buffer: inout ByteBuffer, _ encoding: Template.Encoding, keepsReserved: Bool,
    of part: PathPart? = nil
  ) throws(TemplateError) {
    var text = ByteBuffer(capacity: 256)
    var isString = false
    do throws(JSONProblem) {
      isString = try appendString(to: &text)
      if !isString { try write(to: &text) }
    } catch {
      throw .unreadable(error)
    }
    let view = text.view
    buffer.append(
      isString ? part?.of(view) ?? view : view, encoding, keepsReserved: keepsReserved)
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

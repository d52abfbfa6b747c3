import VimapBytes
import VimapJSON

extension HTTPConfiguration {
  /// The headers that were asked for, and the defaults for those that were not.
  var allHeaders: [HeaderTemplate] {
    let names = Set(headers.map { $0.name.lowercased() })
    var all = headers
    if !names.contains("content-type") {
      // Otherwise libcurl would label the body of a POST as a form.
      let value = body.contentType.map { HeaderTemplate.Value.text(Template($0)) } ?? .removed
      all.append(HeaderTemplate(name: "Content-Type", value: value))
    }
    if connection.isCompressed, !names.contains("accept-encoding") {
      let value = HeaderTemplate.Value.text(Template(ContentDecoder.accepted))
      all.append(HeaderTemplate(name: "Accept-Encoding", value: value))
    }
    if !names.contains("expect") {
      // Waiting for permission to send a large body (RFC 9110 section 10.1.1) costs up to a second.
      all.append(HeaderTemplate(name: "Expect", value: .removed))
    }
    return all
  }

  /// Whether each request asks for its connection to be closed afterwards (RFC 9112 section 9.6).
  var asksToClose: Bool {
    headers.contains { header in
      guard header.name.lowercased() == "connection", case .text(let options) = header.value else {
        return false
      }
      return options.literalPrefix.lowercased().split(separator: ",").contains {
        $0.trimmingSpace() == "close"
      }
    }
  }
}

extension HeaderTemplate {
  /// Whether the header is the same for every record.
  var isLiteral: Bool {
    if case .text(let template) = value { template.isLiteral } else { true }
  }

  /// Appends the line in the form that libcurl expects.
  fileprivate func write(
    to buffer: inout ByteBuffer, _ context: TemplateContext
  ) throws(RequestProblem) {
    buffer.append(text: name)
    switch value {
    case .removed: buffer.append(":")
    case .empty: buffer.append(";")
    case .text(let template):
      let end = buffer.count
      buffer.append(": ")
      do throws(TemplateError) {
        try template.expand(into: &buffer, context: context)
      } catch {
        throw RequestProblem(error)
      }
      let value = buffer.view.slice(end + 2)
      if value.hasHeaderEnd { throw .lineBreak(header: name) }
      if value.trimmed().isEmpty {
        // libcurl would not send a header without a value, unless it is written with a semicolon.
        buffer.truncate(to: end)
        buffer.append(";")
      }
    }
  }
}

extension [HeaderTemplate] {
  /// Fills in the headers from a record and writes them to an empty list.
  func write(to list: HeaderList, _ context: TemplateContext) throws(RequestProblem) {
    for header in self {
      try list.add { (buffer) throws(RequestProblem) in try header.write(to: &buffer, context) }
    }
    list.link()
  }
}

extension ByteView {
  fileprivate var hasHeaderEnd: Bool {
    withUnsafeBytes { bytes in bytes.contains { $0.endsHeader } }
  }
}

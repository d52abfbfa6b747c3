import VimapBytes

@testable import VimapJSON

private let scanner = RecordScanner()

/// The scanner says of no text that it is valid of which jansson says that it is not, but for the
/// three reasons that are its own; and the parts of a valid text are valid.
func fuzzScanner(_ text: ByteView) {
  let isAccepted = scanner.accepts(text)
  let isRecord = scanner.problem(with: text) == nil
  promise(isRecord || !isAccepted, "accepted, and yet no record")
  let problem = janssonProblem(text)
  if let problem, isAccepted {
    promise(
      beyondJansson.contains { problem.message.hasPrefix($0) }, "accepted: \(problem.message)")
  }
  promise(problem != nil || isRecord, "jansson takes it and we don't")
  if isRecord { walk(text.trimmed(), depth: 0) }
  if let line = scanner.firstLine(of: text) {
    promise(line.length <= text.count && line.value.upperBound < line.length, "\(line)")
    let value = text.slice(line.value.lowerBound, line.value.count)
    promise(scanner.accepts(value), "a line's value isn't one")
  }
  var written = ByteBuffer()
  if written.appendString(of: text) {}
  promise(scanner.accepts(written.view), "a string written is none")
}

/// Looks at all parts of a valid text, which are valid as well.
private func walk(_ text: ByteView, depth: Int) {
  if depth > 8 { return }
  if var members = ObjectMembers(of: text) {
    while let member = members.next() {
      promise(scanner.problem(with: member.value) == nil, "a member's value")
      walk(member.value, depth: depth + 1)
    }
  } else if var items = ArrayItems(of: text) {
    while let item = items.next() {
      promise(scanner.problem(with: item) == nil, "an item")
      walk(item, depth: depth + 1)
    }
  }
}

private func janssonProblem(_ text: ByteView) -> JSONProblem? {
  do throws(JSONProblem) {
    _ = try JSONValue.parse(text)
    return nil
  } catch {
    return error
  }
}

private let beyondJansson = [
  "too big integer", "too big negative integer", "real number overflow", "NUL byte in object key",
  "invalid Unicode '\\u",
]

/// What a path finds in a record is JSON. The input is the path, a line feed, and the record.
func fuzzPath(_ input: ByteView) {
  let (head, record) = input.parted
  guard let path = try? JSONPath(head.text) else { return }
  if scanner.problem(with: record) == nil, let found = path.find(in: record) {
    promise(scanner.problem(with: found) == nil, "what \(path) finds is no JSON")
    promise(found.count <= record.count, "more than there is")
  }
}

/// A template says what it was made of, is itself where nothing is to be filled in, and leaves what
/// stood before it. The input is the template, a line feed, and the record.
func fuzzTemplate(_ input: ByteView) {
  let (head, record) = input.parted
  guard scanner.problem(with: record) == nil else { return }
  let text = head.text
  for grammar in [Template.Grammar.request, .argument] {
    let template = Template(text, grammar)
    promise(template.description == text, "another template")
    let context = TemplateContext(
      record: record, index: 1, worker: 0, initArguments: ["x": text])
    for encoding in [Template.Encoding.verbatim, .percent, .json, .sql] {
      var buffer = ByteBuffer()
      buffer.append("before")
      do throws(TemplateError) {
        try template.expand(into: &buffer, context: context, encoding: encoding)
      } catch {
        promise(buffer.view == ByteView("before"), "something of a template that failed")
      }
      promise(buffer.view.head(6) == ByteView("before"), "what stood there before is gone")
    }
    if template.isLiteral {
      var buffer = ByteBuffer()
      if (try? template.expand(into: &buffer, context: context)) != nil {
        promise(buffer.view.text == text, "a literal is changed")
      }
    }
  }
}

extension ByteView {
  /// What is before the first line feed, and what is behind it.
  var parted: (ByteView, ByteView) {
    guard let end = firstIndex(of: UInt8(ascii: "\n")) else { return (self, .empty) }
    return (head(end), slice(end + 1))
  }
}

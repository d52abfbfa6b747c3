import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapHTTP

private let scanner = RecordScanner()
private var fields = HeaderFields()

/// The headers of an answer, whatever they are, become a JSON object on one line.
func fuzzHeaders(_ head: ByteView) {
  var out = ByteBuffer()
  fields.write(head, to: &out)
  promise(scanner.accepts(out.view), "no JSON: \(out.view.text)")
  promise(out.view.firstIndex(of: UInt8(ascii: "\n")) == nil, "more than a line")
  let type = ContentType(head)
  promise(!type.isJSON || type.isText, "JSON that is no text")
}

/// What a server asks for is no less than nothing and no more than a week.
func fuzzRetryAfter(_ head: ByteView) {
  guard let delay = RetryAfter.delay(head, now: { 1_800_000_000 }) else { return }
  promise(delay <= RetryAfter.longest, "\(delay)")
}

/// A body that comes in pieces is decoded to the same as in one, and breaks off or does not.
/// The first line is its Content-Encoding.
func fuzzContent(_ input: ByteView) {
  let (codings, body) = input.parted
  let whole = decode(body, codings, step: max(1, body.count))
  let pieces = decode(body, codings, step: 7)
  promise(whole == pieces, "\(whole) in one, \(pieces) in pieces")
}

private struct Decoded: Equatable {
  var hash: UInt64 = 0
  var count = 0
  var isSound = true
}

private func decode(_ body: ByteView, _ codings: ByteView, step: Int) -> Decoded {
  var head = ByteBuffer()
  head.append("content-encoding: ")
  head.append(codings)
  head.append("\r\n")
  let decoder = ContentDecoder()
  var decoded = ByteBuffer()
  var result = Decoded()
  guard decoder.begin(head.view, longestBody: 1 << 20) else { return result }
  var offset = 0
  while offset < body.count {
    let piece = body.slice(offset, min(step, body.count - offset))
    let goesOn = decoder.feed(piece, while: { true }) {
      decoded.append($0)
      return decoded.count < 1 << 20
    }
    if !goesOn { break }
    offset += piece.count
  }
  if offset >= body.count { decoder.finish() }
  // What is not wanted any more may have been more or less.
  if decoded.count >= 1 << 20 { return Decoded() }
  result.isSound = decoder.problem == nil
  if result.isSound {
    result.hash = decoded.view.stableHash
    result.count = decoded.count
  }
  return result
}

/// A URL that a record fills in goes to the host that is not a record's, and holds no more segments
/// that lead elsewhere than its own. The input is the URL, a line feed, and the record.
func fuzzURL(_ input: ByteView) {
  let (text, record) = input.parted
  guard scanner.problem(with: record) == nil, let url = try? TargetURL(text.text) else { return }
  let context = TemplateContext(record: record, index: 1, worker: 0, initArguments: [:])
  var filled = ByteBuffer()
  var empty: [Int] = []
  let isFilled = (try? url.template.expand(into: &filled, context: context, encoding: .percent) {
    empty.append($0)
  }) != nil
  if isFilled, let segments = url.segments { _ = segments.allow(filled.view, empty: empty) }
  _ = Redaction.url(text.text)
}

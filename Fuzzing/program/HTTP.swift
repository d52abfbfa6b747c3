import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapHTTP
@testable import VimapKit
@testable import VimapRecords

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
/// that lead elsewhere than its own; or the request is not made. The input is the URL, a line feed,
/// and the record.
func fuzzURL(_ input: ByteView) {
  let (text, record) = input.parted
  _ = Redaction.url(text.text)
  guard scanner.problem(with: record) == nil, let target = try? TargetURL(text.text),
    !target.template.isLiteral, let exchange = request(to: target, record)
  else { return }
  // What libcurl takes for no URL goes nowhere.
  guard let origin = URLCheck.origin(of: exchange.url.view) else { return }
  if let known = target.hostAndPort {
    promise(origin.hostAndPort == known, "\(text.text) goes to \(origin) with \(record.text)")
  }
  if target.isPlain { promise(origin.scheme == "http", "\(origin)") }
  if let fixed = target.fixedOrigin { promise(fixed.allows(origin), "\(origin)") }
  // Where the record says the host as well, the segments of the text alone can't be counted.
  if target.segments != nil, target.hostAndPort != nil {
    let filled = exchange.url.view.text
    promise(
      dotSegments(filled) <= dotSegments(target.template.text(standIn: "1")), "\(filled)")
  }
}

/// The request that is made of a record, if one is; nothing is sent.
private func request(to target: TargetURL, _ record: ByteView) -> Exchange? {
  var configuration = HTTPConfiguration(urls: [target], userAgent: "")
  configuration.body = .none
  let worker = WorkerContext(number: 0, jobs: 1, initArguments: [:])
  do {
    try CurlLibrary.start()
    let builder = try RequestBuilder(configuration, targets: [target], worker: worker)
    let exchange = try builder.makeExchange(tag: 0)
    try builder.fill(exchange, from: record, index: 1)
    return exchange
  } catch {
    return nil
  }
}

/// How many segments of a URL's path are `.` or `..`, percent-encoded or not.
private func dotSegments(_ url: String) -> Int {
  let plain = url.replacing("%2e", with: ".").replacing("%2E", with: ".")
  guard let start = plain.firstRange(of: "://")?.upperBound else { return 0 }
  let rest = plain[start...].prefix { $0 != "?" && $0 != "#" && $0 != "\0" }
  return rest.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    .count { $0 == "." || $0 == ".." }
}

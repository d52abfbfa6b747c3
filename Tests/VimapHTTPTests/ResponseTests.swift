import Foundation
import Testing
import VimapBytes

@testable import VimapHTTP
@testable import VimapKit
@testable import VimapRecords

private func headers(_ head: String) -> String {
  withView(head) { head in
    written { buffer in
      var fields = HeaderFields()
      fields.write(head, to: &buffer)
    }
  }
}

@Suite("Headers of an answer")
struct HeaderFieldsTests {
  @Test func namesInLowerCase() {
    #expect(headers("Content-Type: a/b\r\nX-ID:  7 \r\n") == #"{"content-type":"a/b","x-id":"7"}"#)
    #expect(headers("") == "{}")
    #expect(headers("A:\r\nB: x:y\r\n") == #"{"a":"","b":"x:y"}"#)
  }

  @Test func repeatedOnesAreJoined() {
    #expect(headers("A: 1\r\nB: 2\r\na: 3\r\nA: 4\r\n") == #"{"a":"1, 3, 4","b":"2"}"#)
  }

  @Test func cookiesAreAnArray() {
    #expect(headers("Set-Cookie: a=1, b\r\n") == #"{"set-cookie":["a=1, b"]}"#)
    #expect(
      headers("SET-COOKIE: a\r\nB: 2\r\nset-cookie: c\r\n") == #"{"set-cookie":["a","c"],"b":"2"}"#)
  }

  @Test func foldedValues() {
    #expect(headers("A: 1\r\n  2\r\n\t3\r\nB: 4\r\n") == #"{"a":"1 2 3","b":"4"}"#)
    #expect(headers("A:\r\n 2\r\n") == #"{"a":"2"}"#)
  }

  @Test func linesThatAreNone() {
    #expect(headers("nonsense\r\nA: 1\r\n: x\r\n\r\n") == #"{"a":"1"}"#)
    #expect(headers("A: 1") == #"{"a":"1"}"#)
  }

  @Test func whatMustBeEscaped() {
    #expect(headers("A: \"\\\u{1}\r\n") == #"{"a":"\"\\\u0001"}"#)
    var buffer = ByteBuffer()
    buffer.append("A: gr")
    buffer.append(UInt8(0xFC))
    buffer.append("n\r\n")
    #expect(
      written {
        var fields = HeaderFields(); fields.write(buffer.view, to: &$0)
      }
        == #"{"a":"gr�n"}"#)
  }

  @Test func ofSameNameAmongOthersInTheirOrder() {
    let lines = (0..<300).map { "\($0 % 2 == 0 ? "X" : "x")-\($0 % 3): \($0)\r\n" }.joined()
    let object = (0..<3).map { rest in
      "\"x-\(rest)\":\""
        + (0..<300).filter { $0 % 3 == rest }.map(String.init).joined(separator: ", ") + "\""
    }.joined(separator: ",")
    #expect(headers(lines) == "{\(object)}")
  }

  @Test func manyDifferentOnes() {
    let lines = (0..<5000).map { "H\($0): \($0)\r\n" }.joined()
    let object = (0..<5000).map { "\"h\($0)\":\"\($0)\"" }.joined(separator: ",")
    #expect(headers(lines) == "{\(object)}")
  }
}

@Suite("What a Content-Type says")
struct ContentTypeTests {
  @Test(arguments: [
    ["application/json"], ["application/json, application/json"], ["text/plain", "text/json; x=y"],
    ["text/html, Application/Problem+JSON;charset=utf-8"], ["application/json", ""],
    ["application/json, nonsense"],
  ])
  func json(_ values: [String]) {
    #expect(ContentType(values).isJSON)
  }

  @Test(arguments: [
    [], [""], ["json"], ["application/json", "text/plain"], ["application/jsonp"], ["text/html"],
  ])
  func notJSON(_ values: [String]) {
    #expect(!ContentType(values).isJSON)
  }

  @Test func encoding() {
    #expect(
      ContentType(["text/plain", "application/json; charset=\"Latin1\""]).charset == "latin1")
    #expect(ContentType(["text/plain; charset=latin1", "application/json"]).charset == nil)
  }
}

@Suite("An answer as it comes in")
struct AnswerTests {
  private func answer(head: Int = 1000, body: Int = 1000) -> Answer {
    Answer(longestHead: head, longestBody: body)
  }

  private func take(_ lines: [String], _ answer: Answer) -> Bool {
    lines.allSatisfy { line in withView(line) { answer.takeHeaderLine($0) } }
  }

  @Test func interimAnswersAndTrailersAreLeftOut() {
    let answer = answer()
    #expect(
      take(
        [
          "HTTP/1.1 103 Early Hints\r\n", "Link: a\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "A: 1\r\n",
          "\r\n", "Trailer: 2\r\n", "\r\n",
        ], answer))
    #expect(answer.head.view.text == "A: 1\r\n")
  }

  @Test func linesAreCountedThatAreNotKept() {
    let answer = Answer(longestHead: 100, longestLines: 40, longestBody: 100)
    #expect(take(["HTTP/1.1 200 OK\r\n", "A: 1\r\n", "\r\n", "Trailer: 2\r\n"], answer))
    #expect(!take(["B: 1\r\n"], answer))
    #expect(answer.cutOff == .lines)
    answer.clear()
    #expect(take(["HTTP/1.1 302 Found\r\n", "A: 12345678901\r\n", "\r\n"], answer))
    answer.expectAnother()
    #expect(take(["HTTP/1.1 200 OK\r\n", "A: 12345678901\r\n", "\r\n"], answer))
  }

  @Test func limits() {
    let answer = answer(head: 10, body: 10)
    #expect(take(["HTTP/1.1 200 OK\r\n", "A: 12345\r\n"], answer))
    #expect(answer.cutOff == nil)
    #expect(!take(["B: 1\r\n"], answer))
    #expect(answer.cutOff == .head)

    answer.clear()
    #expect(withView("1234567890") { answer.takeBody($0) })
    #expect(answer.cutOff == nil)
    #expect(withView("") { answer.takeBody($0) })
    #expect(!withView("1") { answer.takeBody($0) })
    #expect(answer.cutOff == .body)

    answer.clear()
    #expect(!withView("12345678901") { answer.takeBody($0) })
    #expect(answer.body.view.text == "1234567890")
  }
}

@Suite("Answers in codings")
struct CodedAnswerTests {
  /// In gzip, 20 bytes of nothing.
  private static let nothing: [UInt8] = [
    0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ]

  private func answer(_ codings: String, longestBody: Int = 1 << 20) -> Answer {
    let answer = Answer(longestHead: 1000, longestBody: longestBody, isCompressed: true)
    _ = withView("Content-Encoding: \(codings)\r\n") { answer.takeHeaderLine($0) }
    return answer
  }

  private func take(_ bytes: [UInt8], _ answer: Answer) -> Bool {
    bytes.withUnsafeBytes { answer.takeBody(ByteView($0)) }
  }

  @Test func whatIsNothingIsNotTakenForEver() {
    let answer = answer("gzip", longestBody: 1000)
    let most = ContentDecoder.mostBytes(1000)
    for _ in 0..<(most / Self.nothing.count) { #expect(take(Self.nothing, answer)) }
    #expect(answer.cutOff == nil)
    #expect(!take(Self.nothing, answer))
    #expect(answer.cutOff == .coded)
    answer.clear()
    #expect(answer.cutOff == nil)
  }

  @Test func twoCodingsAtMost() {
    #expect(take([0x1F], answer("gzip, deflate")))
    let three = answer("gzip, deflate, gzip")
    #expect(!take([0x1F], three))
    #expect(three.codingProblem == "the answer is encoded 3 times")
  }

  @Test func theTimeIsLookedAtWhileDecoding() {
    let answer = answer("gzip")
    answer.begin(until: .max)
    #expect(take(Self.nothing, answer))
    answer.begin(until: 1)
    #expect(!take(Self.nothing, answer))
    #expect(answer.isOverdue)
    answer.clear()
    #expect(!answer.isOverdue)
  }
}

@Suite("Outputs")
struct OutputTests {
  private func output(_ body: String, _ shape: ResponseShape = .full, status: Int = 200) -> String {
    withView(body) { output($0, shape, status: status) }
  }

  private func output(_ body: ByteView, _ shape: ResponseShape, status: Int = 200) -> String {
    let answer = Answer(longestHead: 1000, longestBody: 1 << 20)
    _ = withView("HTTP/1.1 200 OK\r\n") { answer.takeHeaderLine($0) }
    _ = withView("A: 1\r\n") { answer.takeHeaderLine($0) }
    _ = answer.takeBody(body)
    let writer = writer(shape)
    if let problem = writer.accept(answer, status: status) { return problem.message }
    return withExtendedLifetime(writer) { writer.output(answer, status: status).text }
  }

  private func writer(_ shape: ResponseShape) -> AnswerWriter {
    var configuration = HTTPConfiguration(urls: [], userAgent: "")
    configuration.response = shape
    return AnswerWriter(configuration, isJSON: isJSON)
  }

  private func full(_ body: String, _ key: String = "body", status: Int = 200) -> String {
    #"{"status":\#(status),"headers":{"a":"1"},"\#(key)":\#(body)}"#
  }

  @Test(arguments: [
    "{}", "7", "null", "\"a\"", #"{"id":12345678901234567890,"x":1.0,"id":[ ]}"#, #""\u00e9\/""#,
  ])
  func jsonAsItCame(_ body: String) {
    #expect(output(body) == full(body))
    #expect(output(" \r\n\(body)\n\t", .body) == body)
  }

  @Test func jsonOnOneLine() {
    #expect(output("{\r\n  \"a\": [\n\t1]\r}\n", .body) == "{    \"a\": [ \t1] }")
  }

  @Test func textThatIsNotJSON() {
    #expect(output("plain \"text\"\n") == full(#""plain \"text\"\n""#))
    #expect(output("{\"a\":1} trailing", .body) == #""{\"a\":1} trailing""#)
    #expect(output("é", .body) == #""é""#)
    #expect(output(" ", .body) == #"" ""#)
    #expect(output("NaN", .body) == #""NaN""#)
    #expect(output("7\0", .body) == "\"7\\u0000\"")
  }

  @Test func nothing() {
    #expect(output("") == full("null"))
    #expect(output("", .body) == "null")
    #expect(output("", status: 204) == full("null", status: 204))
  }

  @Test func bytesThatAreNoText() {
    var buffer = ByteBuffer()
    for byte in [0xFF, 0xFE, 0x00, 0x01] as [UInt8] { buffer.append(byte) }
    #expect(output(buffer.view, .full) == full("\"//4AAQ==\"", "body_base64"))
    #expect(output(buffer.view, .body) == #"{"body_base64":"//4AAQ=="}"#)
    // UTF-8 cut off in a character.
    buffer.removeAll()
    buffer.append("\"é")
    buffer.truncate(to: 2)
    #expect(output(buffer.view, .body) == #"{"body_base64":"IsM="}"#)
  }

  @Test func base64() {
    for length in 0..<70 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
      let text = bytes.withUnsafeBytes { raw in written { $0.append(base64: ByteView(raw)) } }
      #expect(text == Data(bytes).base64EncodedString())
    }
  }

  @Test func exceptionsForStatuses() {
    let answer = Answer(longestHead: 1000, longestBody: 1 << 20)
    _ = withView("A: 1\r\n") { answer.takeHeaderLine($0) }
    let body = #"{"id":123456789012345678901234567890, "x":19.99,"x":1.50}"#
    _ = withView(body) { answer.takeBody($0) }
    let exception = writer(.full).exception(answer, status: 503)
    #expect(
      written { exception.write(to: &$0) }
        == #"{"kind":"http_status","message":"the server answered with status 503","attempts":1,"#
        + #""status":503,"headers":{"a":"1"},"body":"# + body + "}")
  }

  @Test func exceptionsForTimeouts() {
    var configuration = HTTPConfiguration(urls: [], userAgent: "")
    configuration.timeout = .seconds(2.5)
    configuration.connectTimeout = .seconds(1)
    func text(_ seconds: Double) -> String {
      written {
        RecordException.timedOut(after: seconds, configuration).write(to: &$0)
      }
    }
    #expect(
      text(2.501) == #"{"kind":"timeout","message":"no complete answer within 2.5 s","attempts":1,"#
        + #""seconds":2.5}"#)
    #expect(
      text(1.002) == #"{"kind":"timeout","message":"no connection within 1 s","attempts":1,"#
        + #""seconds":1.0}"#)
    // libcurl counted anew; a limit that is longer than the whole request's was not the one.
    configuration.connectTimeout = .seconds(10)
    #expect(
      text(2.1) == #"{"kind":"timeout","message":"no complete answer within 2.5 s","attempts":1,"#
        + #""seconds":2.5}"#)
  }
}

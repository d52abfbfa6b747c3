import Foundation
import Testing

@testable import VimapHTTP

@Suite("Answers of a real server")
struct AnswersOfServerTests {
  private func transport(_ code: Int, _ name: String) -> String {
    #""attempts":1,"curl_code":\#(code),"curl_name":"CURLE_\#(name)"}"#
  }

  @Test func bodies() throws {
    func body(_ path: String) throws -> String {
      try Client(path) { $0.response = .body }.send(#"{"a": [1]}"#)
    }
    #expect(try body("/ok") == #"{"a": [1]}"#)
    #expect(try body("/chunked") == #"{"a": [1]}"#)
    #expect(try body("/text") == #""plain \"text\"\n""#)
    #expect(try body("/binary") == #"{"body_base64":"//4AAQ=="}"#)
    #expect(try body("/empty") == "null")
    #expect(try body("/lines") == #"{    "id": 12345678901234567890,   "a": [     1.0   ] }"#)
    #expect(try body("/drip?ms=1") == #"{"a": [1]}"#)
  }

  @Test func headers() throws {
    let output = try Client("/cookies").send("7")
    #expect(
      output == #"{"status":200,"headers":{"content-length":"1","set-cookie":["a=1; Path=/, b","#
        + #""b=2"],"x-two":"one, two","x-folded":"one two","x-latin":"gr�n"},"body":7}"#)
  }

  @Test func statuses() throws {
    #expect(
      try Client("/status/404").send("7")
        == #"{"kind":"http_status","message":"the server answered with status 404","attempts":1,"#
        + #""status":404,"headers":{"content-length":"1"},"body":7}"#)
    let accepting = try Client("/status/404") { $0.accepted = try StatusSet("200-299,404") }
    #expect(
      try accepting.send("7") == #"{"status":404,"headers":{"content-length":"1"},"body":7}"#)
    #expect(try Client("/status/204").send("7").hasSuffix(#""body":null}"#))
  }

  @Test func redirectsAreNotFollowed() throws {
    #expect(try Client("/status/302").send("7").contains(#""status":302"#))
  }

  @Test func connectionsThatFail() throws {
    #expect(try Client("http://127.0.0.1:1/").send().hasSuffix(transport(7, "COULDNT_CONNECT")))
    #expect(
      try Client("http://no.such.host.invalid/").send()
        .hasSuffix(transport(6, "COULDNT_RESOLVE_HOST")))
    #expect(try Client("/close").send().hasSuffix(transport(52, "GOT_NOTHING")))
    #expect(try Client("/reset").send().hasSuffix(transport(56, "RECV_ERROR")))
    #expect(try Client("/partial").send().hasSuffix(transport(18, "PARTIAL_FILE")))
    #expect(try Client("/garbage").send().hasSuffix(transport(1, "UNSUPPORTED_PROTOCOL")))
  }

  @Test func timeouts() throws {
    let client = try Client("/silent") { $0.timeout = .milliseconds(250) }
    let timeout =
      #"{"kind":"timeout","message":"no complete answer within 0.25 s","attempts":1,"#
      + #""seconds":0.25}"#
    #expect(try client.send() == timeout)
    #expect(try Client("/drip?ms=50") { $0.timeout = .milliseconds(250) }.send() == timeout)
  }

  @Test(arguments: ["/big?bytes=1001", "/big?bytes=1001&chunked"])
  func bodiesThatAreTooLarge(_ path: String) throws {
    let client = try Client(path) { $0.longestBody = 1000 }
    #expect(
      try client.send().hasPrefix(
        #"{"kind":"invalid_output","message":"the answer has more than the 1000 bytes allowed""#))
    let fitting = try Client(path) { $0.longestBody = 1001 }
    #expect(try fitting.send().hasPrefix(#"{"status":200"#))
  }

  @Test func headersThatAreTooLarge() throws {
    let tooLarge =
      #"{"kind":"invalid_output","message":"the answer's headers have more than 102400 bytes""#
    #expect(try Client("/head?bytes=100000").send().hasPrefix(#"{"status":200"#))
    #expect(try Client("/head?bytes=104000").send().hasPrefix(tooLarge))
    #expect(try Client("/head?bytes=100000&one").send().hasPrefix(#"{"status":200"#))
    #expect(try Client("/head?bytes=104000&one").send().hasPrefix(tooLarge))
  }

  @Test func aHandleServesAgainAfterAFailure() throws {
    let client = try Client("/{+.path}")
    for _ in 0..<3 {
      #expect(try client.send(#"{"path":"partial"}"#).contains("PARTIAL_FILE"))
      #expect(try client.send(#"{"path":"text"}"#).hasSuffix(#""body":"plain \"text\"\n"}"#))
      #expect(try client.send(#"{"path":"bye"}"#).hasSuffix(#""body":{"path":"bye"}}"#))
      #expect(try client.send(#"{"path":"close"}"#).contains("GOT_NOTHING"))
      #expect(try client.send(#"{"path":"empty"}"#).hasSuffix(#""body":null}"#))
    }
  }

  /// libcurl tries again where a kept connection is dead, but only so often for a handle.
  @Test func connectionsThatAreNotKept() throws {
    let client = try Client("/bye") {
      $0.response = .body
      $0.method = try RequestMethod("PUT")
    }
    for number in 0..<200 { #expect(try client.send("\(number)") == "\(number)") }
  }
}

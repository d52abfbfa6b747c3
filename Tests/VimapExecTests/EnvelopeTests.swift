import Testing
import VimapBytes
import VimapJSON

@testable import VimapExec

@Suite struct EnvelopeTests {
  /// What is made of a line: the id, and the content in a few characters.
  private func read(_ line: String) -> String {
    let scanner = RecordScanner()
    var buffer = ByteBuffer()
    buffer.append(text: line)
    let answer = EnvelopeAnswer(buffer.view) { scanner.problem(with: $0) }
    let id = answer.id.map { "\($0)" } ?? "-"
    return switch answer.content {
    case .output(let value): "\(id) out \(value.text)"
    case .exception(let value): "\(id) exception \(value.text)"
    case .invalid(let reason): "\(id) \(reason)"
    }
  }

  @Test(arguments: [
    #"{"id":7,"out":1.50}"#, #"{"id": 7, "out": 1.50}"#, #" { "id" :7,"out":1.50 } "#,
    #"{"out":1.50,"id":7}"#, #"{"id":7,"in":{"out":2},"out":1.50}"#,
    #"{"id":7,"out":1.50,"x":[{"id":8}],"y":"\"id\":9"}"#, #"{"\u0069d":7,"\u006fut":1.50}"#,
  ])
  func spellings(_ line: String) {
    #expect(read(line) == "7 out 1.50")
  }

  @Test func valuesComeOutAsTheyAre() {
    for value in [
      "null", "-0", "1E400", "123456789012345678901234567890", #""a\"}\u00e9\\""#, "[1 , {}]",
      #"{"b":{"c":[]},"b":1}"#, #"",""#, #""\\""#,
    ] {
      #expect(read("{\"id\":1,\"out\":\(value)}") == "1 out \(value)")
      #expect(read("{\"exception\":\(value) ,\"id\":1}") == "1 exception \(value)")
    }
  }

  @Test func answersThatAreNone() {
    #expect(read(#"{"id":1,"out":1,"exception":2}"#) == "1 has more than one of out and exception")
    #expect(read(#"{"id":1,"out":1,"out":2}"#) == "1 has more than one of out and exception")
    #expect(read(#"{"id":1}"#) == "1 has neither out nor exception")
    #expect(read(#"{"id":1,"out":}"#).hasPrefix("1 is not JSON: "))
    #expect(read(#"{"id":1,"out":1}}"#).hasPrefix("1 is not JSON: "))
    #expect(read(#"{"id":1,"out":1"#).hasPrefix("1 is not JSON: "))
    #expect(read(#"{"id":01,"out":1}"#).hasPrefix("- is not JSON: "))
    #expect(read("").hasPrefix("- is not JSON: "))
    #expect(read("[]") == "- is no object")
    for id in [
      "", "\"id\":\"1\",", "\"id\":1.0,", "\"id\":-1,", "\"id\":1,\"id\":1,",
      "\"id\":99999999999999999999,", "\"id\":null,",
    ] {
      #expect(read("{\(id)\"out\":1}") == "- has no single id that is a whole number")
    }
  }

  @Test func anAnswerThatIsTooLongHasAnID() {
    var buffer = ByteBuffer()
    buffer.append(text: #"{"id": 12, "out": [1, 1"#)
    #expect(EnvelopeAnswer(tooLong: buffer.view, limit: 5).id == 12)
    #expect(EnvelopeAnswer(tooLong: buffer.view.slice(1), limit: 5).id == nil)
  }
}

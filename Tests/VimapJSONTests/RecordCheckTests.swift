import Testing
import VimapBytes

@testable import VimapJSON

@Suite("Scanner: what is wrong with a record")
final class RecordCheckTests {
  let scanner = RecordScanner()

  private func problem(_ text: String) -> JSONProblem? {
    withView(text) { scanner.problem(with: $0) }
  }

  @Test func validRecords() {
    for line in Corpus.valid + Corpus.beyondJansson {
      #expect(withView(line) { scanner.problem(with: $0) } == nil, "\(shown(line))")
    }
  }

  @Test func invalidRecords() {
    for line in Corpus.invalid + Corpus.bytes.filter({ !$0.isValid }).map(\.text) {
      let problem = withView(line) { scanner.problem(with: $0) }
      #expect(problem?.message.isEmpty == false, "\(shown(line))")
      #expect((problem?.line ?? 0) >= 1, "\(shown(line))")
    }
  }

  @Test func janssonsWords() {
    #expect(
      problem(#"{"a":}"#)
        == JSONProblem(message: "unexpected token near '}'", line: 1, column: 6, position: 6))
    #expect(
      problem("{\"é\":\n tru}")
        == JSONProblem(message: "invalid token near 'tru'", line: 2, column: 4, position: 11))
  }

  @Test func emptyText() {
    for text in ["", " ", "\r\n"] {
      #expect(problem(text)?.message.contains("empty") == true)
    }
  }

  @Test func nulBytes() {
    #expect(
      problem("123\0")
        == JSONProblem(
          message: "unexpected NUL byte", line: 1, column: 4, position: 4))
    #expect(
      problem("[\"é\",\ntrue\0]")
        == JSONProblem(
          message: "unexpected NUL byte", line: 2, column: 5, position: 12))
    #expect(problem("[\0]") != nil)
    #expect(problem("\"\0\"") != nil)
  }

  /// A large integer isn't blamed for what is wrong after it.
  @Test func largeIntegerBeforeTheProblem() {
    #expect(problem("[123456789012345678901234567890, x]")?.message == "invalid token near 'x'")
  }

  /// Nor is half a character.
  @Test func halfACharacterBeforeTheProblem() {
    #expect(
      problem(#"["\udce9", x]"#)
        == JSONProblem(message: "invalid token near 'x'", line: 1, column: 12, position: 12))
    #expect(problem(#"["\ud800\u00zz"]"#)?.message.hasPrefix("invalid escape") == true)
  }
}

@Suite("The excerpt of a long text")
struct FaultExcerptTests {
  private func excerpt(_ text: String) -> String? {
    withView(Bytes(text.utf8)) { view in
      guard let excerpt = FaultExcerpt(of: view) else { return nil }
      return excerpt.text.view.text
    }
  }

  @Test func holdsWhatIsOpen() {
    #expect(excerpt("[{},{},{}") == "[0 ")
    #expect(excerpt("[{},{},{},") == "[0,")
    #expect(excerpt("[{},{},[1,2,x]]") == "[[0,x]]")
    #expect(excerpt("{\"a\":{\"b\":[1,2],\"c\":[],d}}") == "{\"\":{\"\":0,d}}")
    #expect(excerpt("{\"a\":1.5,\"b\" 1}") == "{\"\":0,\"b\" 1}")
    #expect(excerpt("{\"a\":1.5,\"b\":01}") == "{\"\":01}")
    #expect(excerpt("[1,[2]] x") == "0 x")
    #expect(excerpt("[1,[2]]") == nil)
  }

  @Test func isSmall() {
    let text = "[" + String(repeating: "{\"a\":[1,2,3]},", count: 10_000)
    #expect(excerpt(text) == "[0,")
    let problem = withView(Bytes(text.utf8)) { RecordScanner().problem(with: $0) }
    #expect(problem?.position == text.utf8.count)
    #expect(problem?.column == text.utf8.count)
  }
}

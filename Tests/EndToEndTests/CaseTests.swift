import Foundation
import Testing

@Suite struct CaseTests {
  @Test func thereAreCases() {
    #expect(EndToEndCase.all.count > 30)
    #expect(EndToEndCase.all.allSatisfy { $0["run"] != nil })
    #expect(!EndToEndCase.chosen.isEmpty, "no file's name matches VIMAP_CASES")
    let unknown = EndToEndCase.without.subtracting(EndToEndCase.all.map(\.testDescription))
    #expect(unknown.isEmpty, "VIMAP_CASES_WITHOUT names what is no case")
  }

  @Test func areChosenByPatterns() {
    let files = Set(EndToEndCase.chosen(by: "usage  http-h*").map(\.file))
    #expect(files == ["usage", "http-hints"])
    #expect(EndToEndCase.chosen(by: "").isEmpty)
  }

  @Test(arguments: EndToEndCase.chosen)
  func holds(_ expected: EndToEndCase) throws {
    let outcome = try CaseRunner.run(try #require(expected["run"]))
    if let why = outcome.leftOut { leaveOut(expected, why) }
    #expect(outcome.status == expected.status, "standard error: \(outcome.error)")
    if let output = expected["out"] { #expect(outcome.output == output) }
    if let sorted = expected["sorted"] {
      #expect(sortedLines(outcome.output) == sortedLines(sorted))
    }
    for text in expected.lines("has") {
      #expect(outcome.output.contains(text), "standard output lacks: \(text)")
    }
    for text in expected.lines("lacks") {
      #expect(!outcome.output.contains(text), "standard output has: \(text)")
    }
    for text in expected.lines("err") {
      #expect(outcome.error.contains(text), "standard error lacks: \(text)")
    }
    if expected["err"] == nil { #expect(outcome.error == "") }
    #expect(outcome.leftBehind == [])
  }

  private func leaveOut(_ expected: EndToEndCase, _ why: String) {
    let reason = why.split(separator: "\n").joined(separator: "; ")
    #expect(
      ProcessInfo.processInfo.environment["VIMAP_LEAVE_OUT"] != "no", "left out: \(reason)")
    // `scripts/test` looks for this.
    print("left out: \(expected.testDescription): \(reason)")
  }

  private func sortedLines(_ text: String) -> [Substring] {
    text.split(separator: "\n").sorted()
  }
}

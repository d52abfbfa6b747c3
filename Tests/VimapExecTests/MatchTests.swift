import Testing
import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapExec

@Suite struct MatchTests {
  private func comparable(_ text: String) -> String {
    var buffer = ByteBuffer()
    buffer.append(text: text)
    var result = ByteBuffer()
    result.appendComparable(buffer.view)
    return result.view.text
  }

  @Test(arguments: [
    ["1", "1.0", "10e-1", "0.1E1", "1.000", "100e-2"], ["0", "-0", "0.0", "0e5"],
    ["-12.50", "-125e-1"], ["\"é\"", "\"\\u00e9\""], ["\"a/b\"", "\"a\\/b\""],
    ["{\"a\": [1, 2]}", "{\"a\":[1,2]}"], ["true"], ["null"], ["\"1\""], ["\"true\""],
    ["12345678901234567890", "1234567890123456789e1"], ["12345678901234567891"],
    ["19.99"], ["19.989999999999998"], ["1e400"], ["\"a b\""], ["\"ab\""],
    ["[\"a \\\" b\"]", "[ \"a \\\" b\" ]"], ["[\"a\\\"b\"]"],
    [#"{"é":[1.0,"/"]}"#, #"{"\u00e9":[10e-1, "\/"]}"#], [#""\udce9""#, #""\uDCE9""#],
    [#"["\"",1]"#, #"["\u0022", 1e0]"#], ["1e22", "10000000000000000000000", "1.0E+22"],
    ["100", "1e2", "100.0"], ["-100", "-1E2"],
  ])
  func equalValuesAreTheSameBytes(spellings: [String]) {
    #expect(Set(spellings.map(comparable)).count == 1)
  }

  @Test func othersAreNot() {
    let all = [
      "1", "10", "0", "-1", "\"1\"", "true", "\"true\"", "null", "12345678901234567890",
      "12345678901234567891", "19.99", "19.989999999999998", "1e400", "1e401", "\"\"", "[]", "{}",
      #""\ud800""#, #""\udce9""#, #""\\ud800""#, #"["a","b"]"#, #"["a\",\"b"]"#, "[1,2]", "[12]",
    ]
    #expect(Set(all.map(comparable)).count == all.count)
  }

  @Test func rules() throws {
    #expect(try MatchRule(".id").description == ".id")
    #expect(try MatchRule(".id=.ref.id").description == ".id=.ref.id")
    let odd = try MatchRule(".[\"a=b\"]=.c")
    #expect(odd.record.description == ".[\"a=b\"]")
    #expect(throws: JSONPathError.self) { try MatchRule("id") }
  }

  @Test func toLookIsNotToTake() throws {
    let index = MatchIndex(try MatchRule(".id"))
    let records = (0..<4).map { number in
      var buffer = ByteBuffer()
      buffer.append(text: "{\"id\":\(number)}")
      return SharedBytes(taking: buffer)
    }
    // The records at 1 and 2 are no JSON, and nobody notes them.
    for position in [0, 3] {
      #expect(index.note(records[position].bytes, at: position))
    }
    for _ in 0..<2 {
      let found = index.position(for: records[3].bytes, among: 0..<4) { records[$0].bytes }
      #expect(found == 3)
    }
    index.remove(3)
    let found = index.position(for: records[0].bytes, among: 0..<4) { records[$0].bytes }
    #expect(found == 0)
  }

  @Test func recordsAreFoundInAnyOrder() throws {
    let index = MatchIndex(try MatchRule(".id=.ref"))
    let records = ["{\"id\":1}", "{\"id\":\"b\"}", "{}", "{\"id\":1.0}", "{\"id\":4}"]
    var texts: [SharedBytes] = []
    for (position, record) in records.enumerated() {
      var buffer = ByteBuffer()
      buffer.append(text: record)
      texts.append(SharedBytes(taking: buffer))
      #expect(index.note(texts[position].bytes, at: position) == (position != 2))
    }
    var answered: Set<Int> = []
    func find(_ answer: String) -> Int? {
      var buffer = ByteBuffer()
      buffer.append(text: answer)
      let first = (0..<5).first { !answered.contains($0) } ?? 5
      let found = index.position(for: buffer.view, among: first..<5) {
        answered.contains($0) ? nil : texts[$0].bytes
      }
      if let found { answered.insert(found) }
      return found
    }
    #expect(find("{\"ref\":\"b\"}") == 1)
    #expect(find("{\"ref\":1}") == 0)
    #expect(find("{\"ref\":1e0}") == 3)
    #expect(find("{\"ref\":1}") == nil)
    #expect(find("{\"id\":4}") == nil)
    #expect(find("{\"ref\":4}") == 4)
  }
}

@Suite struct ReadySignTests {
  private func isLine(_ sign: String, _ line: String) throws -> Bool {
    var buffer = ByteBuffer()
    buffer.append(text: line)
    return try ReadySign(sign).isLine(buffer.view)
  }

  @Test func aLineOrAnExpression() throws {
    #expect(try isLine("ready", " ready\r"))
    #expect(try !isLine("ready", "not ready"))
    #expect(try isLine("/ready$/", "not ready"))
    #expect(try isLine("/^loaded in [0-9.]+ s/", "loaded in 4.2 s"))
    #expect(try !isLine("/^loaded/", "not loaded"))
    #expect(throws: LinePattern.Problem.self) { try ReadySign("/(/") }
  }
}
